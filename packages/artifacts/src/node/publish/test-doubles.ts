/** Fakes the world for publishing: files in memory, commands that end as told, a clock that ticks when read. */

import { realTimer } from '../../deadline.ts'
import type { Command, CommandOutcome } from './command-runner.ts'
import type { PublishEnvironment, PublishFileSystem, Variables } from './environment.ts'
import type { LocatedFile, Publication } from './provider.ts'

export interface FakeEnvironment extends PublishEnvironment {
  readonly files: Map<string, string>
  readonly lines: string[]
  readonly ran: Command[]
  /** What the next commands come to, in order; success when there is none. */
  readonly outcomes: (CommandOutcome | Error)[]
}

export function fakeEnvironment(
  variables: Variables = {},
  files: Readonly<Record<string, string>> = {},
): FakeEnvironment {
  const held = new Map(Object.entries(files))
  const lines: string[] = []
  const ran: Command[] = []
  const outcomes: (CommandOutcome | Error)[] = []
  let now = 0
  const fileSystem: PublishFileSystem = {
    async *read(path) {
      const text = held.get(path)
      if (text === undefined) throw Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' })
      yield Buffer.from(text)
    },
    async writeAtomically(path, text) {
      held.set(path, text)
    },
    async append(path, text) {
      held.set(path, `${held.get(path) ?? ''}${text}`)
    },
  }
  return {
    variables,
    workingDirectory: '/work',
    fileSystem,
    files: held,
    lines,
    ran,
    outcomes,
    output: (line) => void lines.push(line),
    clock: () => now++,
    setTimer: realTimer,
    async commandRunner(command) {
      ran.push(command)
      const outcome = outcomes.shift() ?? { status: 'succeeded', stdout: '', stderr: '' }
      if (outcome instanceof Error) throw outcome
      return outcome
    },
  }
}

/** A publication of files below `/work/out`. */
export function publicationOf(paths: readonly string[], variables: Variables = {}): Publication {
  return {
    job: { isCi: true, provider: 'none' },
    artifactName: 'telemetry',
    manifestPath: '/work/out/ci-artifacts.json',
    folder: '/work/out',
    files: paths.map(fileAt),
    variables,
  }
}

const fileAt = (path: string): LocatedFile => ({
  path,
  absolutePath: `/work/out/${path}`,
  bytes: 1,
  sha256: 'ab',
  state: 'present',
})
