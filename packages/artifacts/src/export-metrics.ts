/** Sums up an export: what was tried, what was written where, what was not and why. */
import { messageOf } from '@downlink/protocol'
import type { WrittenArtifact } from './artifact.ts'
import { ArtifactError, type ArtifactErrorCode, rootCauseOf } from './errors.ts'
import type { WriteResult, WriterState } from './fan-out.ts'
import type { PublishResult } from './publish-result.ts'

/** Plain data, fit for JSON. `attempted` is the sum of `written` and `failures`. */
export interface ExportMetrics {
  /** Pairs of an artifact and a writer. */
  readonly attempted: number
  /** In the order of the artifacts; for each, in the order of the writers. */
  readonly written: readonly WrittenByWriter[]
  readonly failures: readonly ExportFailure[]
  /** One a writer, in their order. */
  readonly writerSummaries: readonly WriterSummary[]
  /** Of all the writing; publishing has a duration of its own. */
  readonly durationMs: number
  /** Only where there is a publisher. */
  readonly publish?: PublishResult
}

export interface WrittenByWriter extends WrittenArtifact {
  /** Its id. */
  readonly writer: string
}

export interface ExportFailure {
  /** The writer's id. */
  readonly writer: string
  readonly section: string
  readonly filename: string
  readonly code: ArtifactErrorCode
  readonly message: string
  /** What lies at the bottom of the error, as text. */
  readonly cause: string
}

export interface WriterSummary {
  readonly id: string
  readonly attempted: number
  readonly successes: number
  readonly failures: number
  /** Spent in this writer. */
  readonly durationMs: number
}

export function writeFailure({ writer, artifact, error }: WriteResult & { ok: false }): ExportFailure {
  return {
    writer,
    section: artifact.section,
    filename: artifact.filename,
    code: error instanceof ArtifactError ? error.code : 'write_failed',
    message: messageOf(error),
    cause: rootCauseOf(error),
  }
}

export function summarise(
  results: readonly WriteResult[],
  states: readonly WriterState[],
  durationMs: number,
): ExportMetrics {
  return {
    attempted: results.length,
    written: results.flatMap((result) => (result.ok ? [{ writer: result.writer, ...result.written }] : [])),
    failures: results.flatMap((result) => (result.ok ? [] : [writeFailure(result)])),
    writerSummaries: states.map((state) => summaryOf(state, results)),
    durationMs,
  }
}

function summaryOf({ writer: { id }, durationMs }: WriterState, results: readonly WriteResult[]): WriterSummary {
  const own = results.filter(({ writer }) => writer === id)
  const successes = own.filter(({ ok }) => ok).length
  return { id, attempted: own.length, successes, failures: own.length - successes, durationMs }
}

/** Of all files, once each: two writers may have found the same one. */
export const pathsOf = ({ written }: ExportMetrics): string[] => [
  ...new Set(written.flatMap(({ path }) => (path === undefined ? [] : [path]))),
]
