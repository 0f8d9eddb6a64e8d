/** Names what publishing needs of the world, and holds the real one of Node. The only file here that touches globals. */

import { createReadStream } from 'node:fs'
import { appendFile, stat } from 'node:fs/promises'
import { realTimer, type SetTimer } from '../../deadline.ts'
import { writeAtomically } from '../atomic-file.ts'
import type { CommandRunner } from './command-runner.ts'
import { spawnCommand } from './spawn-command.ts'

/** Environment variables. */
export type Variables = Readonly<Record<string, string | undefined>>

export interface PublishFileSystem {
  /** The bytes of a plain file. Fails with Node's codes, `ENOENT` above all. */
  read(path: string): AsyncIterable<Uint8Array>
  /** Whole or not at all; makes the folder. */
  writeAtomically(path: string, text: string): Promise<void>
  append(path: string, text: string): Promise<void>
}

/** `console` fits, and a logger whose methods take a message. */
export interface PublishLogger {
  info(message: string): void
  warn(message: string): void
}

/** Where the lines go that a CI's agent reads. Rejects, or throws, where they can't be written. */
export type ProviderOutput = (line: string) => void | Promise<void>

export interface PublishEnvironment {
  readonly variables: Variables
  readonly workingDirectory: string
  readonly commandRunner: CommandRunner
  readonly fileSystem: PublishFileSystem
  readonly output: ProviderOutput
  /** Monotonic milliseconds. */
  readonly clock: () => number
  readonly setTimer: SetTimer
}

/** Made when asked for, so that importing this reads nothing. */
export const nodeEnvironment = (): PublishEnvironment => ({
  variables: process.env,
  workingDirectory: process.cwd(),
  commandRunner: spawnCommand,
  fileSystem: nodeFileSystem,
  output: (line) =>
    new Promise((resolve, reject) => {
      process.stdout.write(`${line}\n`, (error) => (error ? reject(error) : resolve()))
    }),
  clock: () => performance.now(),
  setTimer: realTimer,
})

const nodeFileSystem: PublishFileSystem = {
  async *read(path) {
    // A pipe or a device would be read for ever.
    if (!(await stat(path)).isFile()) throw new Error('it is not a plain file')
    yield* createReadStream(path) as AsyncIterable<Uint8Array>
  },
  writeAtomically,
  append: (path, text) => appendFile(path, text, 'utf8'),
}
