/** What an export says of itself: what was tried, what was written where, what was not and why. */
import type { WrittenArtifact } from './artifact.ts'
import type { ArtifactErrorCode } from './errors.ts'
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
