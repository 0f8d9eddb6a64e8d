/**
 * Declares the operations on what is stored, and how one stands in the log: an entry whose body is its JSON.
 *
 * It is applied in its place among the entries of sessions, to all that stands before it and nothing that comes after; and
 * again, to the same effect, where a store is made anew from an older copy and the log. So it names times and sessions,
 * never "now".
 */
import type { Entry, OperationHead } from '../log/entry.ts'
import type { RejectedEvent } from './session-batch.ts'

export type Operation = Expiry | Forgetting | Rejudgement

interface Asked {
  /** By it the result is asked for. */
  readonly id: string
  /** Milliseconds since 1970. */
  readonly askedAtMs: number
}

/** Deletes events and rejected events that came before a time; their counts stay. */
export interface Expiry extends Asked {
  readonly kind: 'expire'
  /** Milliseconds since 1970. */
  readonly receivedBeforeMs: number
}

/** Deletes all that is stored of sessions but for numbers, and whatever else comes of them. */
export interface Forgetting extends Asked {
  readonly kind: 'forget'
  /** At most `maxForgotten`. */
  readonly sessionIds: readonly string[]
}

/**
 * Moves rejected events that the schemas of today accept into the events. Which schemas those were is known to the collector
 * alone, so the operation names the events: their text is in the store, by entries before it.
 */
export interface Rejudgement extends Asked {
  readonly kind: 'rejudge'
  readonly events: readonly Pick<RejectedEvent, 'sessionId' | 'seq'>[]
}

/** They stand in the entry's head, which is small. */
export const maxForgotten = 10

/** What an operation came to, as the store keeps it. */
export interface OperationResult {
  /** Rows of `events` that it deleted, or moved there. */
  readonly events: number
  /** Rows of `rejected_events` that it deleted. */
  readonly rejected: number
  /** What it moved. */
  readonly moved?: readonly RejectionCount[]
}

/** How many rejected events of a type have a code. */
export interface RejectionCount {
  readonly type: string
  readonly code: string
  readonly events: number
}

/** Adds up, by type and code. */
export function addRejections(counts: readonly RejectionCount[]): readonly RejectionCount[] {
  const sums = new Map<string, RejectionCount>()
  for (const { type, code, events } of counts) {
    const key = `${code} ${type}`
    sums.set(key, { type, code, events: events + (sums.get(key)?.events ?? 0) })
  }
  return [...sums.values()]
}

export const encodeOperation = (operation: Operation): Entry<OperationHead> => ({
  head: {
    operation: operation.kind,
    ...(operation.kind === 'forget' && { forgotten: operation.sessionIds }),
  },
  body: Buffer.from(JSON.stringify(operation)),
})

/** Reads an entry of our own making, whose checksum was right. */
export const decodeOperation = ({ body }: Pick<Entry, 'body'>): Operation => JSON.parse(Buffer.from(body).toString())
