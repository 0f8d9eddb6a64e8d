/** Keeps the newest entries of the live stream, newest first, after those that were stored before it began. */
import type { LiveTail, StoredEvent, StoredRejection } from '@downlink/collector'

export interface TailEntry {
  readonly kind: 'event' | 'rejected'
  /** No two entries have the same. */
  readonly key: string
  /** When the event was pushed, by its sender's clock; of a rejected one, when it came. */
  readonly at: number
  readonly receivedAt: number
  readonly sessionId: string
  readonly seq: number
  /** The event's type, or why it was rejected. */
  readonly type: string
  /** What came, as text: it is data from outside, and never more than that. */
  readonly text: string
}

/** A place where entries are missing from the tail. They are stored all the same. */
export interface TailGap {
  readonly kind: 'gap'
  readonly key: string
  /** How many; undefined where nobody counted them. */
  readonly entries: number | undefined
}

export type TailRow = TailEntry | TailGap

export interface Tail {
  readonly rows: readonly TailRow[]
  /** Of all gaps. */
  readonly lost: number
  /** How many gaps there were: each has a key of its own. */
  readonly gaps: number
  /** What was stored and may still come live: it was committed meanwhile. */
  readonly filled: ReadonlySet<string>
}

export const emptyTail: Tail = { rows: [], lost: 0, gaps: 0, filled: new Set() }

export const keptRows = 2000
export const shownCharacters = 1000

/** Puts a message of the feed on top. What it left out is older than what it has. */
export function addTail(tail: Tail, { events, rejected, lost }: LiveTail): Tail {
  const all = [...events.map(eventEntry), ...rejected.map(rejectedEntry)]
  const entries = all.filter(({ key }) => !tail.filled.has(key))
  const gap = lost > 0 ? [gapRow(tail, lost)] : []
  return {
    ...tail,
    rows: [...entries.reverse(), ...gap, ...tail.rows].slice(0, keptRows),
    lost: tail.lost + lost,
    gaps: tail.gaps + gap.length,
  }
}

/** The link is up: what comes from now on follows on what `fillTail` is going to bring. */
export const markTail = (tail: Tail): Tail => ({
  ...tail,
  rows: tail.rows.length === 0 ? [] : [gapRow(tail, undefined), ...tail.rows],
  gaps: tail.gaps + 1,
  filled: new Set(),
})

/** How much of what was there before is asked for. */
export const storedRows = 200

export interface StoredTail {
  /** Newest first, as `/api/events` and `/api/rejected` have them. */
  readonly events: readonly StoredEvent[]
  readonly rejected: readonly StoredRejection[]
}

/**
 * Puts what is stored below what has come live since the link is up.
 *
 * It was asked for after that, so that nothing lies between the two; what is in both is there once. Where it reaches down to
 * what the tail had before, there is no gap.
 */
export function fillTail(tail: Tail, { events, rejected }: StoredTail): Tail {
  const oldest = events.at(-1)?.receivedAt ?? Number.NEGATIVE_INFINITY
  const stored = [
    ...events.map(eventEntry),
    ...rejected.filter(({ receivedAt }) => events.length < storedRows || receivedAt >= oldest).map(rejectedEntry),
  ].sort((a, b) => b.receivedAt - a.receivedAt)
  const seam = tail.rows.findIndex((row) => row.kind === 'gap' && row.entries === undefined)
  const [above, below] = seam === -1 ? [tail.rows, []] : [tail.rows.slice(0, seam), tail.rows.slice(seam)]
  const live = new Set(above.map(({ key }) => key))
  const before = new Set(below.map(({ key }) => key))
  const between = stored.filter(({ key }) => !live.has(key) && !before.has(key))
  const isClosed = stored.some(({ key }) => before.has(key))
  const rows = [...above, ...between, ...(isClosed ? below.slice(1) : below)]
  return { ...tail, rows: rows.slice(0, keptRows), filled: new Set(stored.map(({ key }) => key)) }
}

const gapRow = ({ gaps }: Tail, entries: number | undefined): TailGap => ({ kind: 'gap', key: `gap ${gaps}`, entries })

const eventEntry = (event: LiveTail['events'][number] | StoredEvent): TailEntry => ({
  kind: 'event',
  key: event.id,
  at: event.timestamp,
  receivedAt: event.receivedAt,
  sessionId: event.sessionId,
  seq: event.seq,
  type: event.type,
  text: shortened(event.data === null || event.data === undefined ? '' : JSON.stringify(event.data)),
})

const rejectedEntry = (rejection: LiveTail['rejected'][number] | StoredRejection): TailEntry => ({
  kind: 'rejected',
  key: `${rejection.sessionId}:${rejection.seq}`,
  at: rejection.receivedAt,
  receivedAt: rejection.receivedAt,
  sessionId: rejection.sessionId,
  seq: rejection.seq,
  type: rejection.code,
  text: shortened(rejection.message),
})

const shortened = (text: string): string =>
  text.length > shownCharacters ? `${text.slice(0, shownCharacters)}…` : text
