/** Sums up what an export came to, as the JSON on the last line of stdout and in the `--summary` file. */

import { resolve } from 'node:path'
import {
  ArtifactError,
  type ArtifactErrorCode,
  type ExportMetrics,
  type PublishFailureCode,
  type PublishResult,
  type WrittenArtifact,
  withTimeout,
} from '@downlink/artifacts'
import { writeAtomically } from '@downlink/artifacts/node'
import { messageOf } from '@downlink/protocol'
import { CliError, type CliErrorCode } from '../errors.ts'
import { onlyGiven } from '../flags.ts'
import { interruptedExitCode } from '../interruption.ts'
import { jsonLine } from '../output.ts'
import type { Reporter } from './reporter.ts'
import { type ExportFlags, exportDefaults, type FailOn } from './settings.ts'

export interface ExportSummary {
  /** Whether nothing is in `failures`, whatever the exit code is. */
  readonly ok: boolean
  readonly artifacts: readonly SummaryArtifact[]
  readonly writers: readonly SummaryWriter[]
  /** Null where the export did not come so far. */
  readonly publish: PublishResult | null
  readonly failures: readonly ExportFailure[]
}

/** A file that was written. */
export interface SummaryArtifact {
  readonly filename: string
  /** Absolute. */
  readonly path?: string
  /** Of the file: after compression, if there was any. */
  readonly bytes: number
  /** Of the file, in lower-case hexadecimal. */
  readonly sha256?: string
  readonly mimeType: string
}

export interface SummaryWriter {
  readonly id: string
  readonly attempted: number
  readonly successes: number
  readonly failures: number
  readonly durationMs: number
}

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

export const emptySummary: ExportSummary = { ok: true, artifacts: [], writers: [], publish: null, failures: [] }

/** What the writers and the publisher say. */
export function summaryOf({ written, failures, writerSummaries, publish }: ExportMetrics): ExportSummary {
  const all: ExportFailure[] = [
    ...failures.map(({ code, message, writer, filename }) => ({
      stage: 'write' as const,
      code,
      message,
      writer,
      filename,
    })),
    ...(publish?.failures ?? []).map(({ code, message }) => ({ stage: 'publish' as const, code, message })),
  ]
  return {
    ok: all.length === 0,
    artifacts: written.map(summaryArtifact),
    writers: writerSummaries.map(({ id, attempted, successes, failures, durationMs }) => ({
      id,
      attempted,
      successes,
      failures,
      durationMs,
    })),
    publish: publish ?? null,
    failures: all,
  }
}

export const summaryArtifact = ({ filename, path, bytes, sha256, mimeType }: WrittenArtifact): SummaryArtifact => ({
  filename,
  ...onlyGiven({ path }),
  bytes,
  ...onlyGiven({ sha256 }),
  mimeType,
})

export const withFailure = (summary: ExportSummary, failure: ExportFailure): ExportSummary => ({
  ...summary,
  ok: false,
  failures: [...summary.failures, failure],
})

/** A fault with a code keeps it; one without is the game's, since all else that runs here has one. */
export function stageFailure(stage: ExportStage, error: unknown): ExportFailure {
  const message = messageOf(error)
  if (error instanceof CliError)
    return { stage: error.code === 'bad_usage' ? 'usage' : stage, code: error.code, message }
  return { stage, code: error instanceof ArtifactError ? error.code : 'game_failed', message }
}

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

/** A wrong command line and an interruption have a code of their own, which `failOn` does not change. */
export function exitCodeOfSummary({ failures }: ExportSummary, failOn: FailOn): number {
  if (failures.some(({ stage }) => stage === 'usage')) return 2
  if (failures.some(({ code }) => code === 'interrupted')) return interruptedExitCode
  const counting = { publish: failures, write: failures.filter(({ stage }) => stage !== 'publish'), none: [] }
  return counting[failOn].length === 0 ? 0 : 1
}

/** Writes the `--summary` file, whole or not at all. Never rejects: what it could not do is in the summary that it returns. */
export async function writeSummaryFile(
  summary: ExportSummary,
  { summary: file, timeoutMs }: ExportFlags,
  reporter: Reporter,
): Promise<ExportSummary> {
  if (file === undefined) return summary
  try {
    const limitMs = timeoutMs ?? exportDefaults.fileTimeoutMs
    await withTimeout(() => writeAtomically(resolve(file), jsonLine(summary)), limitMs)
    return summary
  } catch (error) {
    const message = `The summary can't be written to ${file}: ${messageOf(error)}`
    reporter.warn(message)
    return withFailure(summary, { stage: 'summary', code: 'summary_not_written', message })
  }
}
