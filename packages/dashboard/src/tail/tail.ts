/** Keeps the newest entries of the live stream, newest first. */
import type { LiveTail } from '@downlink/collector'

export interface TailEntry {
  readonly key: string
  readonly at: number
  readonly sessionId: string
  readonly seq: number
  /** The event's type, or why it was rejected. */
  readonly type: string
  readonly rejected: boolean
  /** What came, as text: it is data from outside, and never more than that. */
  readonly text: string
}

export interface Tail {
  readonly entries: readonly TailEntry[]
  /** Entries that were too many to be shown. They are stored all the same. */
  readonly lost: number
}

export const emptyTail: Tail = { entries: [], lost: 0 }

const keptEntries = 200
const shownCharacters = 400

export function addTail(tail: Tail, { events, rejected, lost }: LiveTail): Tail {
  const entries = [
    ...events.map(
      (event): TailEntry => ({
        key: event.id,
        at: event.timestamp,
        sessionId: event.sessionId,
        seq: event.seq,
        type: event.type,
        rejected: false,
        text: shortened(event.data === null || event.data === undefined ? '' : JSON.stringify(event.data)),
      }),
    ),
    ...rejected.map(
      (rejection): TailEntry => ({
        key: `${rejection.sessionId}:${rejection.seq}`,
        at: rejection.receivedAt,
        sessionId: rejection.sessionId,
        seq: rejection.seq,
        type: rejection.code,
        rejected: true,
        text: shortened(rejection.message),
      }),
    ),
  ]
  return { entries: [...entries.reverse(), ...tail.entries].slice(0, keptEntries), lost: tail.lost + lost }
}

export type Shown = 'all' | 'rejected'

/** @param filter part of a type's name; empty for all */
export function matching(entries: readonly TailEntry[], filter: string, shown: Shown): readonly TailEntry[] {
  const part = filter.trim().toLowerCase()
  if (part === '' && shown === 'all') return entries
  return entries.filter(({ type, rejected }) => type.toLowerCase().includes(part) && (shown === 'all' || rejected))
}

const shortened = (text: string): string =>
  text.length > shownCharacters ? `${text.slice(0, shownCharacters)}…` : text
