/**
 * Everything that was pushed and is not settled yet: a queue ring, an in-flight ring and the drops, over one line of
 * sequences. At every moment pushed = acked + queued + inFlight + Σ dropped.
 *
 *      settled      in flight          queued
 *   ───────────┼────────────────┼────────────────┤
 *            acked            cursor           pushed        drops may lie anywhere above acked
 */
import type { DropCounts, DropReason, Totals } from '@downlink/protocol'
import { addTo, DropLedger } from './drop-ledger.ts'
import type { OverflowPolicy } from './options.ts'
import { Ring } from './ring.ts'

/** An event without what its session and sequence say anyway. */
export interface Entry {
  readonly seq: number
  readonly type: string
  readonly timestamp: number
  readonly data: unknown
}

/** One step along the line, up to and including sequence `to`. */
export type Step = { readonly to: number; readonly entry: Entry } | { readonly to: number; readonly drop: DropCounts }

export interface OutboxStats {
  /** Sequences given out. */
  readonly pushed: number
  /** Committed by the collector, or taken by the caller of `drain`. */
  readonly acked: number
  readonly queued: number
  readonly inFlight: number
  /** By reason; a reason without drops is absent. */
  readonly dropped: DropCounts
  /** Of the acked, those that the collector rejected, with the reason in its database. */
  readonly rejected: number
}

export class Outbox {
  readonly capacity: number
  readonly queue: Ring<Entry>
  readonly flight: Ring<Entry>
  readonly #overflow: OverflowPolicy
  readonly #drops = new DropLedger()
  /** The highest sequence given out. */
  pushed = 0
  /** All at or below it is settled: committed, or declared as dropped. */
  acked = 0
  /** The highest sequence sent over this link. */
  cursor = 0
  /** The highest sequence ever sent, over any link: what is at or below it may turn out stored. */
  #sent = 0
  /** Drained by hand. */
  #taken = 0
  #totals: Totals = { dropped: {}, rejected: {} }

  constructor(capacity: number, overflow: OverflowPolicy) {
    this.capacity = capacity
    this.#overflow = overflow
    this.queue = new Ring(capacity)
    this.flight = new Ring(capacity)
  }

  /** Queues an entry, newer than all before. Where there is no room, an unsent event gives way and is counted. */
  put(entry: Entry): void {
    if (this.queue.size + this.flight.size >= this.capacity) {
      const evicted = this.#overflow === 'drop-oldest' ? this.queue.shift() : undefined
      this.drop((evicted ?? entry).seq, 'overflow')
      if (!evicted) return
    }
    this.queue.push(entry)
  }

  drop(seq: number, reason: DropReason): void {
    this.#drops.add(seq, reason, this.#sent)
  }

  clear(reason: DropReason): void {
    for (let entry = this.queue.shift(); entry; entry = this.queue.shift()) this.drop(entry.seq, reason)
  }

  giveUpOldest(reason: DropReason): void {
    const entry = this.queue.shift()
    if (entry) this.drop(entry.seq, reason)
  }

  /** Walks the line above `after`. Nothing may change meanwhile. */
  *walk(after: number): Generator<Step> {
    for (const ring of after < this.cursor ? [this.flight, this.queue] : [this.queue]) {
      for (let i = 0; i < ring.size; i++) {
        const entry = ring.at(i)
        if (!entry || entry.seq <= after) continue
        yield* this.#walkDrops(after, entry.seq)
        after = entry.seq
        yield { to: after, entry }
      }
    }
    yield* this.#walkDrops(after, this.pushed + 1)
  }

  *#walkDrops(after: number, before: number): Generator<Step> {
    for (let drop = this.#drops.at(after + 1); drop && after + 1 < before; drop = this.#drops.at(after + 1)) {
      after = drop.to
      yield { to: after, drop: drop.counts }
    }
  }

  /**
   * Notes that all up to `to` was sent over this link.
   * @param unsendable what could not be, and why: given up here
   */
  take(to: number, unsendable: ReadonlyMap<number, DropReason>): void {
    this.noteSent(to)
    for (let head = this.queue.at(0); head && head.seq <= to; head = this.queue.at(0)) {
      this.queue.shift()
      const reason = unsendable.get(head.seq)
      if (reason) this.drop(head.seq, reason)
      else this.flight.push(head)
    }
    this.cursor = to
  }

  /** Notes that all up to `to` was sent on the side, by an exit flush: the link goes on where it was. */
  noteSent(to: number): void {
    if (to > this.#sent) this.#sent = to
  }

  /** The link is lost: what was in flight is queued again, in order. There is room, since both share the capacity. */
  lose(): void {
    for (let entry = this.flight.pop(); entry; entry = this.flight.pop()) this.queue.unshift(entry)
    this.cursor = this.acked
  }

  /**
   * All at or below `mark` is settled. A mark below the present one changes nothing.
   * @param totals the collector's counts at that mark; without them, in plain delivery, our own go on
   */
  settle(mark: number, totals?: Totals): void {
    if (mark < this.acked) return
    const own = this.#drops.settle(mark)
    if (totals) this.#totals = totals
    else {
      const dropped = { ...this.#totals.dropped }
      addTo(dropped, own)
      this.#totals = { ...this.#totals, dropped }
    }
    for (const ring of [this.flight, this.queue]) {
      for (let head = ring.at(0); head && head.seq <= mark; head = ring.at(0)) ring.shift()
    }
    this.acked = mark
    if (mark > this.cursor) this.cursor = mark
    this.noteSent(mark)
  }

  /** Starts a new session's line with what is not settled: the numbers begin at 1 again. */
  renumber(): void {
    this.lose()
    const by = this.acked
    this.#drops.renumber(by)
    for (let left = this.queue.size; left > 0; left--) {
      const entry = this.queue.shift()
      if (entry) this.queue.push({ ...entry, seq: entry.seq - by })
    }
    this.pushed -= by
    this.#sent = Math.max(0, this.#sent - by)
    this.acked = this.cursor = 0
    this.#totals = { dropped: {}, rejected: {} }
  }

  /** Hands the `count` oldest to the caller. */
  drain(count: number): Entry[] {
    const entries: Entry[] = []
    while (entries.length < count) {
      const entry = this.queue.shift()
      if (!entry) break
      entries.push(entry)
    }
    this.#taken += entries.length
    return entries
  }

  /** Takes drained entries back, in order and within the capacity. Those that are not out are passed over. */
  requeue(entries: readonly Entry[]): void {
    const bySeq = new Map<number, Entry>()
    for (let entry = this.queue.shift(); entry; entry = this.queue.shift()) bySeq.set(entry.seq, entry)
    for (const entry of entries) {
      const out = this.#taken > 0 && entry.seq > this.acked && entry.seq <= this.pushed
      if (!out || bySeq.has(entry.seq) || this.#drops.at(entry.seq)) continue
      bySeq.set(entry.seq, entry)
      this.#taken--
    }
    for (const entry of [...bySeq.values()].sort((a, b) => a.seq - b.seq)) this.put(entry)
  }

  /** What was drained by hand will not be sent: declared as `cleared`, so that the line has no hole. */
  forgetTaken(): void {
    if (this.#taken === 0) return
    let queued = 0
    for (let seq = this.acked + 1; seq <= this.pushed; seq++) {
      if (this.queue.at(queued)?.seq === seq) queued++
      else if (!this.#drops.at(seq)) this.drop(seq, 'cleared')
    }
    this.#taken = 0
  }

  stats(): OutboxStats {
    const dropped = { ...this.#totals.dropped }
    addTo(dropped, this.#drops.counts())
    return {
      pushed: this.pushed,
      acked: this.acked - sum(this.#totals.dropped) + this.#taken,
      queued: this.queue.size,
      inFlight: this.flight.size,
      dropped,
      rejected: sum(this.#totals.rejected),
    }
  }
}

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0)
