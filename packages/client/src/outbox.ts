/**
 * Everything that was pushed and is not settled yet: events, and runs of drops, on one line of sequences.
 *
 *      settled      in flight          queued
 *   ───────────┼────────────────┼────────────────┤
 *            acked            cursor           pushed
 */
import type { DropCounts, DropReason, Totals } from '@downlink/protocol'
import { addCounts, type MutableDropCounts, sumOf } from './drops.ts'
import type { OverflowPolicy } from './options.ts'
import { createRing, type Ring } from './ring.ts'

/** An event on the line, or a run of sequences that were dropped. */
export interface Entry {
  /** Of a run, the last. */
  seq: number
  readonly type: string
  readonly timestamp: number
  readonly data: unknown
  readonly run?: MutableDropCounts | undefined
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

export interface Outbox {
  /** Queued events. */
  readonly queued: () => number
  readonly inFlight: () => number
  /** The highest sequence given out. */
  readonly pushed: () => number
  /** All at or below it is settled: committed, dropped, or the caller's. */
  readonly acked: () => number
  /** The highest sequence sent over this link. */
  readonly cursor: () => number
  /** Queues an event under the next sequence, or counts it as dropped. Where there is no room, one gives way. */
  readonly push: (type: string, timestamp: number, data: unknown, refused?: DropReason) => Entry
  /** Drops the oldest queued event, or returns false where there is none. */
  readonly dropOldest: (reason: DropReason) => boolean
  /** The line above `after`, which is an entry's end. Nothing may change while it is walked. */
  readonly walk: (after: number) => Generator<Entry>
  /** Notes that all up to `to` was sent over this link, but for what could not be and is dropped here. */
  readonly take: (to: number, unsendable: ReadonlyMap<number, DropReason>) => void
  /** Notes that all up to `to` was sent on the side, by an exit flush: the link goes on where it was. */
  readonly noteSent: (to: number) => void
  /** The link is lost: what was in flight is queued again, in order. There is room, since both share the capacity. */
  readonly lose: () => void
  /**
   * All at or below `mark` is settled; a mark below the present one changes nothing.
   * @param collected the collector's counts at that mark; without them, in plain delivery, our own go on
   */
  readonly settle: (mark: number, collected?: Totals) => void
  /** Starts a new session's line with what is not settled: its sequences begin at 1 again. */
  readonly renumber: () => void
  /** Takes settled events back, in order and within the capacity. What is on the line already is passed over. */
  readonly requeue: (entries: readonly Entry[]) => void
  readonly stats: () => OutboxStats
}

export function createOutbox(capacity: number, overflow: OverflowPolicy): Outbox {
  const queue = createRing<Entry>(capacity)
  const flight = createRing<Entry>(capacity)
  let [pushed, acked, cursor, queued, inFlight] = [0, 0, 0, 0, 0]
  /** The highest sequence ever sent, over any link: what is at or below it may turn out stored. */
  let sent = 0
  /** Of the runs on the line. */
  const dropping: MutableDropCounts = {}
  /** At `acked`. */
  let totals: Totals = { dropped: {}, rejected: {} }

  const runOf = (seq: number, reason: DropReason): Entry => {
    addCounts(dropping, { [reason]: 1 })
    return { seq, type: '', timestamp: 0, data: 0, run: { [reason]: 1 } }
  }
  /** What was never sent may be told as one run. What was sent stays exact, since an ack may fall between. */
  const merges = (left: Entry | undefined, right: Entry): boolean => {
    if (!left?.run || !right.run || left.seq - sumOf(left.run) < sent) return false
    addCounts(left.run, right.run)
    left.seq = right.seq
    return true
  }
  const put = (entry: Entry): void => {
    if (!entry.run && queued + inFlight >= capacity && !(overflow === 'drop-oldest' && dropOldest('overflow'))) {
      entry = runOf(entry.seq, 'overflow')
    }
    if (merges(queue.at(queue.size() - 1), entry)) return
    queue.push(entry)
    if (!entry.run) queued++
  }
  const dropOldest = (reason: DropReason): boolean => {
    const runs: Entry[] = []
    let entry = queue.shift()
    for (; entry?.run; entry = queue.shift()) runs.push(entry)
    if (entry) {
      queued--
      runs.push(runOf(entry.seq, reason))
    }
    for (let run = runs.pop(); run; run = runs.pop()) {
      const next = queue.at(0)
      if (next && merges(run, next)) queue.shift()
      queue.unshift(run)
    }
    return !!entry
  }
  function* walk(after: number): Generator<Entry> {
    for (const ring of after < cursor ? [flight, queue] : [queue]) {
      for (let i = 0; i < ring.size(); i++) {
        const entry = ring.at(i)
        if (entry && entry.seq > after) yield entry
      }
    }
  }
  const noteSent = (to: number): void => {
    sent = Math.max(sent, to)
  }
  /** Moves entries up to `to` from one ring to where they go next. */
  const move = (ring: Ring<Entry>, to: number, receive: (entry: Entry) => void): void => {
    for (let head = ring.at(0); head && head.seq <= to; head = ring.at(0)) {
      ring.shift()
      if (!head.run) ring === queue ? queued-- : inFlight--
      receive(head)
    }
  }
  const lose = (): void => {
    for (let entry = flight.pop(); entry; entry = flight.pop()) queue.unshift(entry)
    queued += inFlight
    inFlight = 0
    cursor = acked
  }

  return {
    queued: () => queued,
    inFlight: () => inFlight,
    pushed: () => pushed,
    acked: () => acked,
    cursor: () => cursor,
    push(type, timestamp, data, refused) {
      const entry: Entry = { seq: ++pushed, type, timestamp, data, run: undefined }
      put(refused ? runOf(pushed, refused) : entry)
      return entry
    },
    dropOldest,
    walk,
    take(to, unsendable) {
      noteSent(to)
      move(queue, to, (entry) => {
        const reason = unsendable.get(entry.seq)
        if (!entry.run && !reason) inFlight++
        flight.push(reason ? runOf(entry.seq, reason) : entry)
      })
      cursor = to
    },
    noteSent,
    lose,
    settle(mark, collected) {
      if (mark < acked) return
      const dropped = { ...totals.dropped }
      const forget = ({ run = {} }: Entry): void => {
        addCounts(dropping, run, -1)
        addCounts(dropped, run)
      }
      move(flight, mark, forget)
      move(queue, mark, forget)
      totals = collected ?? { ...totals, dropped }
      acked = mark
      cursor = Math.max(cursor, mark)
      noteSent(mark)
    },
    renumber() {
      lose()
      for (const entry of walk(acked)) entry.seq -= acked
      pushed -= acked
      sent = Math.max(0, sent - acked)
      acked = cursor = 0
      totals = { dropped: {}, rejected: {} }
    },
    requeue(entries) {
      const line = [...walk(acked)]
      const covered = (seq: number) =>
        line.some((entry) => seq <= entry.seq && seq > entry.seq - (entry.run ? sumOf(entry.run) : 1))
      const back = entries.filter(
        ({ seq }, at) => seq <= pushed && !covered(seq) && entries.findIndex((other) => other.seq === seq) === at,
      )
      queued = 0
      while (queue.shift()) {}
      for (const entry of [...line, ...back].sort((a, b) => a.seq - b.seq)) {
        acked = cursor = Math.min(acked, entry.seq - (entry.run ? sumOf(entry.run) : 1))
        put(entry)
      }
    },
    stats() {
      const dropped = { ...totals.dropped }
      addCounts(dropped, dropping)
      return {
        pushed,
        acked: pushed - queued - inFlight - sumOf(dropped),
        queued,
        inFlight,
        dropped,
        rejected: sumOf(totals.rejected),
      }
    },
  }
}
