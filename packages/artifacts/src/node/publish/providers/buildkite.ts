/**
 * Plans for Buildkite: its agent is a program on the PATH of every job.
 * https://buildkite.com/docs/agent/cli/reference/artifact
 * https://buildkite.com/docs/pipelines/configure/environment-variables
 */
import { relative, sep } from 'node:path'
import type { Argv } from '../command-runner.ts'
import type { Variables } from '../environment.ts'
import { type CiProvider, type JobFacts, type Plan, type Publication, plusOne, shardOf } from '../provider.ts'

export const buildkite: CiProvider = { name: 'buildkite', vendorId: 'BUILDKITE', facts, plan }

function facts(variables: Variables): JobFacts {
  return {
    job: variables.BUILDKITE_STEP_KEY || variables.BUILDKITE_LABEL,
    shard: shardOf(plusOne(variables.BUILDKITE_PARALLEL_JOB), variables.BUILDKITE_PARALLEL_JOB_COUNT),
    attempt: plusOne(variables.BUILDKITE_RETRY_COUNT),
  }
}

/** An argument has room for more, but not for any number. */
const pathsPerCommand = 50

function plan({ folder, files, manifestPath }: Publication): Plan {
  // The agent names artifacts by their path from where it runs; they belong to the job, so jobs don't collide.
  const paths = [...files.map((file) => file.absolutePath), manifestPath].map((path) =>
    relative(folder, path).split(sep).join('/'),
  )
  const plain = paths.filter((path) => !isPattern(path))
  const commands: Argv[] = []
  for (let at = 0; at < plain.length; at += pathsPerCommand) {
    commands.push(upload(plain.slice(at, at + pathsPerCommand).join(';')))
  }
  // These flags came in 2025: only a name that needs them asks for an agent that new.
  for (const path of paths.filter(isPattern)) commands.push(upload('--literal', '--delimiter=', '--', path))
  return {
    status: 'published',
    steps: commands.map((argv) => ({ kind: 'run', argv, directory: folder })),
    notes: [],
  }
}

const upload = (...args: readonly string[]): Argv => ['buildkite-agent', 'artifact', 'upload', ...args]

/** What the agent would expand, split, or take for a flag. */
const isPattern = (path: string): boolean => /[*?[\]{}\\;~]|^-/.test(path)
