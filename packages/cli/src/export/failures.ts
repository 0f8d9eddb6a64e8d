/** Tells what failed in an export, how far it had come by then, and which exit code that makes. */

import { ArtifactError, type ArtifactErrorCode, type PublishFailureCode } from '@downlink/artifacts'
import { messageOf } from '@downlink/protocol'
import { CliError, type CliErrorCode } from '../errors.ts'
import { interruptedExitCode } from '../interruption.ts'

export interface ExportFailure {
  readonly stage: ExportStage
  readonly code: ExportFailureCode | CliErrorCode | ArtifactErrorCode | PublishFailureCode
  readonly message: string
  /** With stage `write`: who failed, and at what. */
  readonly writer?: string
  readonly filename?: string
}

/** How far the export had come: the command line, the game and its snapshot, the mission, the export and so on. */
export type ExportStage = 'usage' | 'game' | 'play' | 'export' | 'write' | 'publish' | 'summary'

export type ExportFailureCode =
  /** The mission had not ended after as many ticks as one may take. What it had come to is exported. */
  | 'unfinished'
  /** The game threw. What it had come to is exported, if it throws no more. */
  | 'game_failed'
  /** The game has nothing for a format that was asked for, or for any. The others are exported. */
  | 'nothing_to_write'
  /** A section of the inspector summary can't be read; the others are exported. */
  | 'section_failed'
  /** The `--summary` file can't be written. */
  | 'summary_not_written'
  /** The game ended the process that it played in, or that was ended: by a signal, for want of memory. */
  | 'process_ended'
  /** Ctrl-C, or another signal to end. */
  | 'interrupted'

/** A fault with a code keeps it; one without is the game's, since all else that runs here has one. */
export function stageFailure(stage: ExportStage, error: unknown): ExportFailure {
  const message = messageOf(error)
  if (error instanceof CliError)
    return { stage: error.code === 'bad_usage' ? 'usage' : stage, code: error.code, message }
  return { stage, code: error instanceof ArtifactError ? error.code : 'game_failed', message }
}

/** What makes the exit code 1: any failure, any but a publisher's, or none. */
export const failOnChoices = ['publish', 'write', 'none'] as const
export type FailOn = (typeof failOnChoices)[number]

/** A wrong command line and an interruption have a code of their own, which `failOn` does not change. */
export function exitCodeOfFailures(failures: readonly ExportFailure[], failOn: FailOn): number {
  if (failures.some(({ stage }) => stage === 'usage')) return 2
  if (failures.some(({ code }) => code === 'interrupted')) return interruptedExitCode
  const counting = { publish: failures, write: failures.filter(({ stage }) => stage !== 'publish'), none: [] }
  return counting[failOn].length === 0 ? 0 : 1
}
