/** Converts a session's record to a row of the table `sessions`, and back. Times are milliseconds since 1970. */
import type { SessionRecord } from './session-record.ts'

/** What a column is called, and what stands in it. */
export interface SessionRow {
  readonly session_id: SessionRecord['sessionId']
  readonly delivery: SessionRecord['delivery']
  readonly committed_seq: number
  readonly pushed: number
  readonly stored: number
  readonly expired: number
  readonly forgotten: number
  readonly rejected: SessionRecord['rejected']
  readonly dropped: SessionRecord['dropped']
  readonly missing: number
  readonly ended: boolean
  readonly first_seen: number
  readonly last_seen: number
  readonly clock_offset_ms: number | null
  readonly build: string | null
  readonly labels: SessionRecord['labels'] | null
  readonly labels_from: number | null
  readonly schema: string | null
  readonly proof_hash: string | null
  readonly forgotten_at: number | null
}

export function rowOf(record: SessionRecord): SessionRow {
  return {
    session_id: record.sessionId,
    delivery: record.delivery,
    committed_seq: record.committedSeq,
    pushed: record.pushed,
    stored: record.stored,
    expired: record.expired,
    forgotten: record.forgotten,
    rejected: record.rejected,
    dropped: record.dropped,
    missing: record.missing,
    ended: record.ended,
    first_seen: record.firstSeenMs,
    last_seen: record.lastSeenMs,
    clock_offset_ms: record.clockOffsetMs ?? null,
    build: record.build ?? null,
    labels: record.labels ?? null,
    labels_from: record.labelsFrom ?? null,
    schema: record.schema ?? null,
    proof_hash: record.proofHash ?? null,
    forgotten_at: record.forgottenAtMs ?? null,
  }
}

export function recordOf(row: SessionRow): SessionRecord {
  return {
    sessionId: row.session_id,
    delivery: row.delivery,
    proofHash: row.proof_hash ?? undefined,
    committedSeq: row.committed_seq,
    pushed: row.pushed,
    stored: row.stored,
    expired: row.expired,
    forgotten: row.forgotten,
    rejected: row.rejected,
    dropped: row.dropped,
    missing: row.missing,
    ended: row.ended,
    firstSeenMs: row.first_seen,
    lastSeenMs: row.last_seen,
    clockOffsetMs: row.clock_offset_ms ?? undefined,
    build: row.build ?? undefined,
    labels: row.labels ?? undefined,
    schema: row.schema ?? undefined,
    ...(row.labels_from !== null && { labelsFrom: row.labels_from }),
    ...(row.forgotten_at !== null && { forgottenAtMs: row.forgotten_at }),
  }
}
