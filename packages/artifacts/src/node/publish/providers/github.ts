/**
 * Plans for GitHub Actions: step outputs and summary in any case; the upload itself only where a runtime token is.
 * Actions have it, `run:` steps don't (https://github.com/actions/toolkit/issues/2009), and `gh` has no command for it.
 * https://docs.github.com/actions/reference/workflows-and-actions/variables
 */

import { Buffer } from 'node:buffer'
import { randomUUID } from 'node:crypto'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import type { CommandOutcome } from '../command-runner.ts'
import type { Variables } from '../environment.ts'
import type { CiProvider, Interpretation, JobFacts, Plan, PresentFile, Publication, Step } from '../provider.ts'
import { exitCodes } from './github-upload.ts'

export const github: CiProvider = { name: 'github', vendorId: 'GITHUB_ACTIONS', facts, plan }

/** The jobs of a matrix have one GITHUB_JOB. Only their tokens differ, and a `run:` step has none. */
function facts(variables: Variables): JobFacts {
  return {
    job: variables.GITHUB_JOB,
    shard: runtimeJobId(variables.ACTIONS_RUNTIME_TOKEN),
    attempt: variables.GITHUB_RUN_ATTEMPT,
  }
}

/**
 * Reads the id of the job out of GitHub's runtime token, as @actions/artifact does: its claim `scp` names run and job.
 *
 * @returns the start of the job's id, which tells the jobs of a matrix apart; nothing for whatever is no such token
 */
function runtimeJobId(token: string | undefined): string | undefined {
  try {
    const claims = JSON.parse(Buffer.from(token?.split('.')[1] ?? '', 'base64url').toString('utf8'))
    const scope = String(claims?.scp)
      .split(' ')
      .find((each) => each.startsWith('Actions.Results:'))
    return scope?.split(':')[2]?.slice(0, 8)
  } catch {
    return undefined
  }
}

/** @actions/artifact is 190 MB, prints to stdout and may hang: it gets a process of its own. */
const uploadMain = fileURLToPath(new URL('./github-upload-main.js', import.meta.url))

function plan(publication: Publication): Plan {
  const { artifactName, manifestPath, folder, files, variables } = publication
  const steps: Step[] = []
  const outputs = { 'artifact-name': artifactName, manifest: manifestPath, folder, files: String(files.length) }
  if (variables.GITHUB_OUTPUT) {
    steps.push({ kind: 'append', path: variables.GITHUB_OUTPUT, text: stepOutputs(outputs), what: '$GITHUB_OUTPUT' })
  }
  if (variables.GITHUB_STEP_SUMMARY) {
    const text = stepSummary(artifactName, files)
    steps.push({ kind: 'append', path: variables.GITHUB_STEP_SUMMARY, text, what: '$GITHUB_STEP_SUMMARY' })
  }
  if (!variables.ACTIONS_RUNTIME_TOKEN || !variables.ACTIONS_RESULTS_URL) {
    const note = `GitHub gives \`run:\` steps no ACTIONS_RUNTIME_TOKEN, so nothing was uploaded. ${advice}`
    return { status: 'manifest-only', steps, notes: [note] }
  }
  const argv = [process.execPath, uploadMain, manifestPath, folder, artifactName] as const
  steps.push({ kind: 'run', argv, directory: folder, interpret: (outcome) => interpretUpload(outcome, artifactName) })
  return { status: 'published', steps, notes: [] }
}

const advice =
  "Use this repository's action, or a step with `uses: actions/upload-artifact@v4` and this step's output `folder` as its path"

/** The child's last line on stderr is what it has to say; stdout is the client's. */
function interpretUpload(outcome: CommandOutcome, artifactName: string): Interpretation | undefined {
  const last = outcome.stderr.split('\n').at(-1) ?? ''
  if (outcome.status === 'succeeded') {
    const id = /^uploaded (\d+)$/.exec(last)?.[1]
    if (id !== undefined) return { note: `Uploaded as ${artifactName}, artifact ${id}` }
    return { failure: { code: 'upload_failed', message: '@actions/artifact ended without saying that it uploaded' } }
  }
  if (outcome.status !== 'failed') return undefined
  if (outcome.exitCode === exitCodes.noClient) {
    const note = `@actions/artifact is not installed, so nothing was uploaded: add it to the job, or do without. ${advice}`
    return { status: 'manifest-only', note }
  }
  if (outcome.exitCode === exitCodes.unsupportedServer) {
    const note =
      'This GitHub server does not take artifacts of this kind: use actions/upload-artifact@v3 with this folder'
    return { status: 'manifest-only', note }
  }
  return { failure: { code: 'upload_failed', message: last || `@actions/artifact ended with ${outcome.exitCode}` } }
}

/** The summary of a step may have 1 MiB; the manifest has all. */
const maxRows = 100

/**
 * Lines of `$GITHUB_OUTPUT`. With a delimiter that nobody can guess, no value can end early and set an output of its own.
 * https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#multiline-strings
 */
export function stepOutputs(outputs: Readonly<Record<string, string>>): string {
  return Object.entries(outputs)
    .map(([name, value]) => {
      const delimiter = `downlink_${randomUUID()}`
      return `${name}<<${delimiter}\n${value}\n${delimiter}\n`
    })
    .join('')
}

/** Markdown for `$GITHUB_STEP_SUMMARY`. */
export function stepSummary(artifactName: string, files: readonly PresentFile[]): string {
  const rows = files
    .slice(0, maxRows)
    .map(({ path, bytes, sha256 }) => `| ${code(path)} | ${bytes} | ${code(sha256)} |`)
  const rest = files.length - rows.length
  return [
    '',
    `### Telemetry artifacts: ${code(artifactName)}`,
    '',
    '| file | bytes | SHA-256 |',
    '|---|---:|---|',
    ...rows,
    ...(rest > 0 ? ['', `and ${rest} more, which the manifest lists.`] : []),
    '',
    '',
  ].join('\n')
}

/** Text in a table cell, whatever is in it. */
const code = (text: string): string =>
  `<code>${text.replace(/[&<>|`*_[\]\\\r\n]/g, (character) => `&#${character.charCodeAt(0)};`)}</code>`
