/** What an export came to, as the JSON on the last line of stdout. */
import type { PublishResult } from '@downlink/artifacts'
import { interruptedExitCode } from '../interruption.ts'
import type { FailOn } from './settings.ts'

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
  readonly path: string
  readonly bytes: number
  /** In lower-case hexadecimal. */
  readonly sha256: string
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
  /** Stands in docs/errors.md. */
  readonly code: string
  readonly message: string
  /** With stage `write`: who failed, and at what. */
  readonly writer?: string
  readonly filename?: string
}

/** How far the export had come: the command line, the game and its snapshot, the mission, the export and so on. */
export type ExportStage = 'usage' | 'game' | 'play' | 'export' | 'write' | 'publish' | 'summary'

export const emptySummary: ExportSummary = { ok: true, artifacts: [], writers: [], publish: null, failures: [] }

export const withFailure = (summary: ExportSummary, failure: ExportFailure): ExportSummary => ({
  ...summary,
  ok: false,
  failures: [...summary.failures, failure],
})

export const interruptedCode = 'interrupted'

/** A wrong command line and an interruption have a code of their own, which `failOn` does not change. */
export function exitCodeOfSummary({ failures }: ExportSummary, failOn: FailOn): number {
  if (failures.some(({ stage }) => stage === 'usage')) return 2
  if (failures.some(({ code }) => code === interruptedCode)) return interruptedExitCode
  const counting = { publish: failures, write: failures.filter(({ stage }) => stage !== 'publish'), none: [] }
  return counting[failOn].length === 0 ? 0 : 1
}
