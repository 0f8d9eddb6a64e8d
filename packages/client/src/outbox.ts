/**
 * Everything that was pushed and is not settled yet, on one line of sequences.
 *
 *      settled      in flight          queued
 *   ───────────┼────────────────┼────────────────┤
 *            acked            cursor           pushed
 *
 * Only events are kept. A sequence that is missing between them was dropped: where the drops are is plain from the
 * line, and their reasons are counted apart.
 */
import type { DropCounts, DropReason, Totals } from '@downlink/protocol'
import { addDrops, type Drops, sumOf } from './drops.ts'
import type { OverflowPolicy } from './options.ts'
import { createRing, type Ring } from './ring.ts'

/** An event on the line. */
export interface Entry {
  seq: number
  readonly type: string
  readonly timestamp: number
  readonly data: unknown
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
}

/** How far the line has been read to the collector. */
export interface Reading {
  /** The highest sequence told. */
  cursor: number
  /** Events on the line at or below the cursor. */
  inFlight: number
  /** The drops that the collector has counted, or will have when it has heard all up to `cursor`. */
  told: Drops
}

/** Its numbers are for reading; as a reading, it is that of the present link. */
export interface Outbox extends Reading {
  /** The highest sequence given out. */
  pushed: number
  /** All at or below it is settled: committed, dropped, or the caller's. */
  acked: number
  /** The collector's counts at `acked`. */
  totals: Totals
  /** A reading that begins where all is settled. */
  fromMark(): Reading
  /** Events above the cursor. */
  readonly queued: () => number
  /** The events by age; those in flight come first. */
  readonly at: Ring<Entry>['at']
  readonly slice: Ring<Entry>['slice']
  /** Queues an event under the next sequence, or counts it as dropped. Where there is no room, one gives way. */
  push(type: string, timestamp: number, data: unknown, refused?: DropReason): Entry
  /** Drops an event, unless told the oldest that is queued. Returns false where there is none. */
  drop(reason: DropReason, index?: number): boolean
  /**
   * Gives the reasons of `gap` drops, and adds them to `told`.
   * What nobody counted was drained by hand and did not come back: `cleared`.
   */
  explain(gap: number, told: Drops): Drops
  /** The link is lost: what was in flight is queued again. */
  lose(): void
  /**
   * All at or below `mark` is settled; a mark below the present one changes nothing.
   * @param collected the collector's counts at that mark; without them, where it was drained by hand, our own go on
   */
  settle(mark: number, collected?: Totals): void
  /** Starts a new session's line with what is not settled: its sequences begin at 1 again. */
  renumber(): void
  /** Takes drained events back, in order and within the capacity. What is on the line already is passed over. */
  requeue(events: readonly Entry[]): void
  stats(): OutboxStats
}

const nothing: Totals = { dropped: {}, rejected: {} }

export function createOutbox(capacity: number, overflow: OverflowPolicy): Outbox {
  const ring = createRing<Entry>(capacity)
  let dropped: Drops = {}

  const put = (entry: Entry): void => {
    const isFull = ring.size >= capacity
    if (isFull && (overflow === 'drop-newest' || !outbox.drop('overflow'))) addDrops(dropped, 'overflow')
    else ring.push(entry)
  }
  const outbox: Outbox = {
    pushed: 0,
    acked: 0,
    cursor: 0,
    inFlight: 0,
    totals: nothing,
    told: {},
    fromMark: () => ({ cursor: outbox.acked, inFlight: 0, told: { ...outbox.totals.dropped } }),
    queued: () => ring.size - outbox.inFlight,
    at: ring.at,
    slice: ring.slice,
    push(type, timestamp, data, refused) {
      const entry = { seq: ++outbox.pushed, type, timestamp, data }
      refused ? addDrops(dropped, refused) : put(entry)
      return entry
    },
    drop(reason, index = outbox.inFlight) {
      if (index >= ring.size) return false
      ring.remove(index)
      if (index < outbox.inFlight) outbox.inFlight--
      addDrops(dropped, reason)
      return true
    },
    explain(gap, told) {
      const drops: Drops = {}
      const give = (reason: DropReason, count: number): void => {
        if (count <= 0) return
        addDrops(drops, reason, count)
        addDrops(told, reason, count)
        gap -= count
      }
      // An event that was sent and then dropped may turn out stored, but never one that was refused: these come first.
      const counted = Object.entries({ sampled: 0, unencodable: 0, ...dropped }) as [DropReason, number][]
      for (const [reason, count] of counted) give(reason, Math.min(gap, count - (told[reason] ?? 0)))
      give('cleared', gap)
      return drops
    },
    lose: () => void Object.assign(outbox, outbox.fromMark()),
    settle(mark, collected) {
      if (mark < outbox.acked) return
      outbox.acked = mark
      outbox.cursor = Math.max(outbox.cursor, mark)
      for (let entry = ring.at(0); entry && entry.seq <= mark; entry = ring.at(0)) {
        ring.remove(0)
        if (outbox.inFlight > 0) outbox.inFlight--
      }
      if (!collected) return
      // Its counts take the place of ours; above its mark, whatever is missing was dropped.
      const counted = { ...collected.dropped }
      outbox.explain(outbox.pushed - mark - ring.size, counted)
      dropped = counted
      outbox.totals = collected
      // Otherwise there are drops in flight, whose reasons it was told.
      if (outbox.cursor === mark) outbox.told = { ...collected.dropped }
    },
    renumber() {
      for (const entry of ring.slice(0)) entry.seq -= outbox.acked
      outbox.pushed -= outbox.acked
      outbox.acked = 0
      outbox.lose()
      outbox.settle(0, nothing)
    },
    requeue(events) {
      outbox.lose()
      // What never left can't come back.
      const back = events.filter(({ seq }) => seq <= outbox.pushed).slice(0, outbox.stats().acked)
      const line = [...ring.slice(0), ...back].sort((one, other) => one.seq - other.seq)
      while (ring.size > 0) ring.remove(0)
      let last = 0
      for (const entry of line) {
        if (entry.seq === last) continue
        last = entry.seq
        if (last <= outbox.acked) outbox.acked = outbox.cursor = last - 1
        put(entry)
      }
    },
    stats() {
      const { pushed, inFlight, totals } = outbox
      const queued = outbox.queued()
      const acked = pushed - queued - inFlight - sumOf(dropped)
      return { pushed, acked, queued, inFlight, dropped: { ...dropped }, rejected: sumOf(totals.rejected) }
    },
  }
  return outbox
}
