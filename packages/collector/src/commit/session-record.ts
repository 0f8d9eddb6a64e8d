/** Applies batches to a session's record. Pure. */
import { type DropCounts, isSessionId, type Totals } from '@downlink/protocol'
import type { Labels, SessionBatch, SessionMetadata } from './session-batch.ts'

/** What is known of a session at its committed sequence. The counts belong to exactly that one. */
export interface SessionRecord extends SessionMetadata {
  readonly sessionId: string
  /** The sequence from which its labels hold; undefined: from the first. */
  readonly labelsFrom?: number | undefined
  /** All sequences at or below it are stored, expired, forgotten, rejected, dropped or missing. */
  readonly committedSeq: number
  readonly pushed: number
  readonly stored: number
  /** Were stored, until they were too old. */
  readonly expired: number
  /** Were stored, until somebody asked for the session to be forgotten. */
  readonly forgotten: number
  readonly rejected: Counts
  readonly dropped: DropCounts
  readonly missing: number
  readonly ended: boolean
  readonly firstSeenMs: number
  readonly lastSeenMs: number
  /** The highest connection epoch of what was committed; undefined where nobody knows: the store has none. */
  readonly conn?: number | undefined
  /** When somebody asked for it to be forgotten: nothing more of it is taken, unless it restarts. In ms since 1970. */
  readonly forgottenAtMs?: number | undefined
}

/** Of sessions of the collector's own making, which no sender can name. */
export const plainPrefix = 'plain:'

/** Is this what a session can be called? */
export const isRecordedId = (id: string): boolean =>
  isSessionId(id.startsWith(plainPrefix) ? id.slice(plainPrefix.length) : id)

type Counts = Readonly<Record<string, number>>

/** Of a session whose stored events are all there; records of older logs don't say so. */
export const noneRemoved = { expired: 0, forgotten: 0 } as const

export const newRecord = (sessionId: string, nowMs: number): SessionRecord => ({
  sessionId,
  delivery: 'acked',
  proofHash: undefined,
  clockOffsetMs: undefined,
  build: undefined,
  labels: undefined,
  schema: undefined,
  committedSeq: 0,
  pushed: 0,
  stored: 0,
  ...noneRemoved,
  rejected: {},
  dropped: {},
  missing: 0,
  ended: false,
  firstSeenMs: nowMs,
  lastSeenMs: nowMs,
})

export function applyBatch(record: SessionRecord, batch: SessionBatch): SessionRecord {
  const pushed = Math.max(record.pushed, batch.pushed, batch.upTo)
  const next = {
    ...record,
    ...batch.metadata,
    ...(batch.labels && { labels: batch.labels.latest, labelsFrom: batch.labels.from }),
    committedSeq: batch.upTo,
    pushed,
    stored: record.stored + batch.events.length,
    rejected: addRejected(record.rejected, batch),
    dropped: addCounts(record.dropped, batch.dropped),
    missing: record.missing + batch.missing,
    // A session that pushes on after its end has not ended, and a late beacon does not end one that went on.
    ended: (batch.end && batch.pushed >= record.pushed) || (record.ended && pushed === record.pushed),
    lastSeenMs: Math.max(record.lastSeenMs, batch.receivedAt),
    ...(batch.conn !== undefined && { conn: Math.max(record.conn ?? 0, batch.conn) }),
    ...(batch.restarts && { forgottenAtMs: undefined }),
  }
  return batch.forgetsAtMs === undefined ? next : forgetSession(next, batch.forgetsAtMs)
}

/** What is left of a session: its id, by which it is refused, whose it was, when it was there, and how much of what. */
function forgetSession({ labelsFrom: _from, ...record }: SessionRecord, atMs: number): SessionRecord {
  const person = { build: undefined, labels: undefined, schema: undefined, clockOffsetMs: undefined }
  const { forgotten, stored, forgottenAtMs = atMs } = record
  return { ...record, ...person, forgotten: forgotten + stored, stored: 0, forgottenAtMs }
}

/** In whatever order they stand. */
export function sameLabels(one: Labels = {}, other: Labels = {}): boolean {
  const names = Object.keys(one)
  return (
    one === other ||
    (names.length === Object.keys(other).length &&
      names.every((name) => Object.hasOwn(other, name) && one[name] === other[name]))
  )
}

export const totalsOf = (record: SessionRecord): Totals => ({ dropped: record.dropped, rejected: record.rejected })

export function addCounts<Key extends string>(
  counts: { readonly [K in Key]?: number },
  more: { readonly [K in Key]?: number },
): { readonly [K in Key]?: number } {
  const sum: { [K in Key]?: number } = { ...counts }
  for (const key in more) sum[key] = (sum[key] ?? 0) + (more[key] ?? 0)
  return sum
}

function addRejected(counts: Counts, { rejected, rejectedMore = {} }: SessionBatch): Counts {
  if (rejected.length === 0 && Object.keys(rejectedMore).length === 0) return counts
  const sum: Record<string, number> = { ...counts }
  for (const { code } of rejected) sum[code] = (sum[code] ?? 0) + 1
  for (const [code, events] of Object.entries(rejectedMore)) sum[code] = (sum[code] ?? 0) + events
  return sum
}

/** Its rejected events as numbers, without what they were. */
export function countRejected(batch: SessionBatch): SessionBatch {
  return { ...batch, rejected: [], rejectedMore: addRejected({}, batch) }
}
