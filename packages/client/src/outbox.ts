/**
 * Keeps everything that was pushed and is not acknowledged yet, on one line of sequences.
 *
 *    acknowledged     in flight          queued
 *   ───────────┼────────────────┼────────────────┤
 *            acked             sent            pushed
 *
 * Only events are kept. A sequence that is missing between them was dropped: where the drops are is plain from the
 * line, and their reasons are counted apart.
 */
import type { DropCounts, DropReason, Totals } from '@downlink/protocol'
import type { EventFacts } from './context.ts'
import { addDrops, attributeDrops, type Drops, makeRoom, type OverflowPolicy } from './drop-policy.ts'
import type { Environment } from './ports.ts'
import { createRing, type Ring } from './ring.ts'
import type { Session } from './session.ts'

/** An event on the line. */
export interface Entry extends EventFacts {
  seq: number
  readonly type: string
  readonly timestamp: number
  readonly data: unknown
  /** Those that were in force when it was pushed. One that was taken out, and put back, has them itself. */
  readonly facts?: EventFacts
}

export interface OutboxStats {
  /** Sequences given out; at every moment pushed = acked + queued + inFlight + Σ dropped. */
  readonly pushed: number
  /** Committed by the collector, or taken by the caller of `drain`. */
  readonly acked: number
  readonly queued: number
  readonly inFlight: number
  /** By reason; a reason without drops is absent. */
  readonly dropped: DropCounts
  /** Of the acked, those that the collector rejected; its database says why. */
  readonly rejected: number
  /** Of the spool, where there is one. */
  readonly spool?: SpoolStats
}

export interface SpoolStats {
  readonly state: SpoolState
  /** All at or below it is acked, dropped, or in the browser's storage, where a crash of the page leaves it. */
  readonly written: number
  /** What became of events of earlier pages: `expired` and `overflow` were too old, or too many, to be kept. */
  readonly earlier: Readonly<Record<'delivered' | 'refused' | 'expired' | 'overflow', number>>
}

/** `idle`: telemetry is not started, stopped, or disabled. `off`: the client goes on without it, and it is tried again. */
export type SpoolState = { readonly status: 'idle' | 'on' } | { readonly status: 'off'; readonly message: string }

/** How far the line has been sent. */
export interface SendCursor {
  /** The highest sequence sent. */
  sent: number
  /** Events on the line at or below it. */
  inFlight: number
  /** The drops that the collector has counted, or will have when it has heard all up to `sent`. */
  reportedDrops: Drops
}

/** Its numbers are for reading; as a cursor, it is that of the present connection. */
export interface Outbox extends SendCursor {
  /** The highest sequence given out. */
  pushed: number
  /** All at or below it is committed, dropped, or the caller's. */
  acked: number
  /** The collector's counts at `acked`. */
  totals: Totals
  /** What was dropped, as far as we know. */
  dropped: Drops
  /** Events above the cursor. */
  readonly queued: () => number
  /** The events by age; those in flight come first. */
  readonly at: Line['at']
  readonly slice: Line['slice']
  /** Queues an event, and gives it the next sequence; or counts it as dropped. Where there is no room, one gives way. */
  push(entry: Entry, refused?: DropReason): void
  /** Drops an event, unless told the oldest that is queued. Returns false where there is none. */
  drop(reason: DropReason, index?: number): boolean
  /** The connection is lost: what was in flight is queued again. */
  rewind(): void
  /**
   * Lets all at or below `sequence` go; one below the present one changes nothing.
   * @param totals the collector's counts at that sequence; without them, where it was drained by hand, our own go on
   */
  ack(sequence: number, totals?: Totals): void
  /** Starts a new session's line with what is not acknowledged: its sequences begin at 1 again. */
  renew(): void
  /** Takes drained events back, in order and within the capacity. What is on the line already is passed over. */
  requeue(events: readonly Entry[]): void
  stats(): OutboxStats
}

/** Makes the outbox that keeps events by policies of their types. It knows no type but these. */
export interface Policies<Type extends string = string> {
  (capacity: number, overflow: OverflowPolicy, session: Session, environment: Environment): Outbox
  /** Never there at run time; lets `createTelemetry` see that there are such events. */
  readonly '~types'?: Type
}

type Line = Ring<Entry>

const noTotals: Totals = { dropped: {}, rejected: {} }

/** @param ring for as many events as its capacity */
export function createOutbox(capacity: number, overflow: OverflowPolicy, ring: Line = createRing(capacity)): Outbox {
  const put = (entry: Entry): void => {
    if (ring.size < capacity || makeRoom(outbox, overflow)) ring.push(entry)
    else addDrops(outbox.dropped, 'overflow')
  }
  const outbox: Outbox = {
    pushed: 0,
    acked: 0,
    sent: 0,
    inFlight: 0,
    totals: noTotals,
    dropped: {},
    reportedDrops: {},
    queued: () => ring.size - outbox.inFlight,
    at: ring.at,
    slice: ring.slice,
    push(entry, refused) {
      entry.seq = ++outbox.pushed
      refused ? addDrops(outbox.dropped, refused) : put(entry)
    },
    drop(reason, index = outbox.inFlight) {
      if (index >= ring.size) return false
      ring.remove(index)
      if (index < outbox.inFlight) outbox.inFlight--
      addDrops(outbox.dropped, reason)
      return true
    },
    rewind: () => void Object.assign(outbox, resendCursor(outbox)),
    ack(sequence, totals) {
      if (sequence < outbox.acked) return
      outbox.acked = sequence
      outbox.sent = Math.max(outbox.sent, sequence)
      // Where there is none any more the comparison is false.
      while ((ring.at(0)?.seq as number) <= sequence) {
        ring.remove(0)
        if (outbox.inFlight) outbox.inFlight--
      }
      if (!totals) return
      // Its counts take the place of ours; above that sequence, whatever is missing was dropped.
      const counted = { ...totals.dropped }
      attributeDrops(outbox.pushed - sequence - ring.size, outbox.dropped, counted)
      outbox.dropped = counted
      outbox.totals = totals
      // Otherwise there are drops in flight, whose reasons were reported to it.
      if (outbox.sent === sequence) outbox.reportedDrops = { ...totals.dropped }
    },
    renew() {
      for (const entry of ring.slice(0)) entry.seq -= outbox.acked
      outbox.pushed -= outbox.acked
      outbox.acked = 0
      outbox.rewind()
      outbox.ack(0, noTotals)
    },
    requeue(events) {
      outbox.rewind()
      let last = 0
      const held = new Set(ring.slice(0))
      // What never left can't come back.
      let away = outbox.stats().acked
      while (ring.size) ring.remove(0)
      for (const entry of [...held, ...events].sort((one, other) => one.seq - other.seq)) {
        if (entry.seq > last && entry.seq <= outbox.pushed && (held.has(entry) || --away >= 0)) {
          last = entry.seq
          if (last <= outbox.acked) outbox.acked = outbox.sent = last - 1
          put(entry)
        }
      }
    },
    stats: () => ({
      pushed: outbox.pushed,
      acked: outbox.pushed - ring.size - sumOf(outbox.dropped),
      queued: outbox.queued(),
      inFlight: outbox.inFlight,
      dropped: { ...outbox.dropped },
      rejected: sumOf(outbox.totals.rejected),
    }),
  }
  return outbox
}

/** A cursor that begins at the first unacked sequence. */
export const resendCursor = (outbox: Outbox): SendCursor => ({
  sent: outbox.acked,
  inFlight: 0,
  reportedDrops: { ...outbox.totals.dropped },
})

export const sumOf = (counts: Readonly<Record<string, number>> | readonly number[]): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0)
