/** Names what can be set on a publisher, with defaults and ranges. */

import { maxDelayMs, type SetTimer } from '../../deadline.ts'
import { ArtifactError, badOption, expectObject, expectWhole } from '../../errors.ts'
import type { EventPort } from '../../guarded-call.ts'
import type { CommandRunner } from './command-runner.ts'
import { commandsFault } from './commands.ts'
import type { ProviderOutput, PublishFileSystem, PublishLogger, Variables } from './environment.ts'

export interface CiArtifactPublisherOptions {
  /** Runs commands. @default child processes, without a shell */
  readonly commandRunner?: CommandRunner
  /** Where the manifest goes. @default `ci-artifacts.json` in the deepest folder that holds all files */
  readonly metadataPath?: string
  /** Environment variables: the CI is read off them, and commands get them. @default those of the process */
  readonly variables?: Variables
  /** Monotonic milliseconds. @default performance.now */
  readonly clock?: () => number
  /** What time limits are kept by. @default setTimeout */
  readonly setTimer?: SetTimer
  /** @default Node's */
  readonly fileSystem?: PublishFileSystem
  /** Takes the lines that a CI's agent reads. @default stdout */
  readonly output?: ProviderOutput
  /** @default none */
  readonly logger?: PublishLogger
  /** Hears `telemetry:ci_publish_started`, `_completed` and `_failed`. @default none */
  readonly eventBus?: EventPort
  /**
   * Argv arrays that take the place of the CI's own way; `[]` for none.
   * One with `{path}` runs once a file, others once; `{manifest}` is the manifest.
   * @default what TELEMETRY_CI_COMMANDS has
   */
  readonly commands?: readonly (readonly string[])[]
  /** What the files are called as a whole. @default telemetry, job, shard and attempt */
  readonly artifactName?: string
  /** Only writes the manifest, and says what would be done. @default true outside of CI */
  readonly dryRun?: boolean
  /** Of each step, be it a command, the manifest or a line to the CI; in milliseconds, from 1 to 2147483647. @default 120000 */
  readonly timeoutMs?: number
  /** What relative paths start from. @default that of the process */
  readonly workingDirectory?: string
}

export const ciArtifactPublisherDefaults = {
  timeoutMs: 120_000,
}

/** @throws {ArtifactError} `bad_option`, naming the option, its range and what came */
export function checkOptions(options: CiArtifactPublisherOptions): void {
  expectObject('options', options)
  const { metadataPath, artifactName, timeoutMs, commands, dryRun } = options
  if (metadataPath !== undefined) expectText('metadataPath', metadataPath)
  if (artifactName !== undefined) expectText('artifactName', artifactName)
  if (dryRun !== undefined && typeof dryRun !== 'boolean') throw badOption('dryRun', 'true or false', dryRun)
  if (timeoutMs !== undefined) expectWhole('timeoutMs', timeoutMs, maxDelayMs)
  const fault = commands === undefined ? undefined : commandsFault(commands)
  if (fault !== undefined) throw new ArtifactError('bad_option', `\`commands\`: ${fault}`)
}

function expectText(name: string, value: unknown): void {
  if (typeof value !== 'string' || value.trim() === '') throw badOption(name, 'a text that is not empty', value)
}
