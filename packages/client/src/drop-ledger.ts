/** Which sequences were given up, and why, until the collector has heard of it. */
import type { DropCounts, DropReason } from '@downlink/protocol'

/** Consecutive sequences. With one reason it may be cut anywhere; with several it is sent whole. */
interface DropRange {
  from: number
  to: number
  counts: { [Reason in DropReason]?: number }
}

/** Sorted, disjoint ranges above the acked mark. */
export class DropLedger {
  readonly #ranges: DropRange[] = []

  /**
   * Records one dropped sequence in O(log ranges), without allocating where it continues a range.
   *
   * @param sentMark the highest sequence ever sent: ranges at or below it stay exact, since they may turn out stored
   */
  add(seq: number, reason: DropReason, sentMark: number): void {
    const index = this.#indexAfter(seq)
    const left = this.#ranges[index - 1]
    const right = this.#ranges[index]
    const unsent = seq > sentMark
    const joins = (range: DropRange | undefined, edge: number): range is DropRange =>
      range !== undefined &&
      edge === seq &&
      range.from > sentMark === unsent &&
      (unsent || range.counts[reason] === range.to - range.from + 1)
    const joinsRight = joins(right, (right?.from ?? 0) - 1)
    if (joins(left, (left?.to ?? 0) + 1)) {
      left.to = seq
      addTo(left.counts, { [reason]: 1 })
      if (joinsRight) {
        left.to = right.to
        addTo(left.counts, right.counts)
        this.#ranges.splice(index, 1)
      }
    } else if (joinsRight) {
      right.from = seq
      addTo(right.counts, { [reason]: 1 })
    } else {
      this.#ranges.splice(index, 0, { from: seq, to: seq, counts: { [reason]: 1 } })
    }
  }

  /** The drop that starts at `seq`, cut there if it began before, and how far it goes. */
  at(seq: number): { readonly to: number; readonly counts: DropCounts } | undefined {
    const range = this.#ranges[this.#indexAfter(seq) - 1]
    return range && range.to >= seq ? { to: range.to, counts: rest(range.counts, seq - range.from) } : undefined
  }

  /** Forgets what is at or below `mark`, and returns its counts. */
  settle(mark: number): DropCounts {
    const settled: DropRange['counts'] = {}
    let whole = 0
    for (const range of this.#ranges) {
      if (range.from > mark) break
      const remaining = range.to > mark ? rest(range.counts, mark + 1 - range.from) : {}
      addTo(settled, range.counts)
      addTo(settled, remaining, -1)
      if (range.to <= mark) whole++
      else {
        range.counts = remaining
        range.from = mark + 1
      }
    }
    this.#ranges.splice(0, whole)
    return settled
  }

  /** Moves every range down, into a new session's numbers. */
  renumber(by: number): void {
    for (const range of this.#ranges) {
      range.from -= by
      range.to -= by
    }
  }

  counts(): DropCounts {
    const sum: DropRange['counts'] = {}
    for (const range of this.#ranges) addTo(sum, range.counts)
    return sum
  }

  /** Index of the first range that starts after `seq`. */
  #indexAfter(seq: number): number {
    let low = 0
    let high = this.#ranges.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#ranges[middle]?.from ?? 0) <= seq) low = middle + 1
      else high = middle
    }
    return low
  }
}

export function addTo(sum: { [Reason in DropReason]?: number }, counts: DropCounts, sign = 1): void {
  for (const reason in counts) {
    const key = reason as DropReason
    const count = (sum[key] ?? 0) + sign * (counts[key] ?? 0)
    if (count) sum[key] = count
    else delete sum[key]
  }
}

/** What is left of `counts` without its first `skip` sequences. */
function rest(counts: DropCounts, skip: number): DropCounts {
  const left: { [Reason in DropReason]?: number } = {}
  for (const reason in counts) {
    const count = counts[reason as DropReason] ?? 0
    const skipped = Math.min(count, skip)
    skip -= skipped
    if (count > skipped) left[reason as DropReason] = count - skipped
  }
  return left
}
