/** Finds the sequences of which no event is stored: rejected ones, of which the reason is known, and gaps. */
import type { Ledger } from '@downlink/collector'
import { formatCount } from '../format.ts'
import type { EventColumns } from './event-columns.ts'

export interface Rejection {
  readonly seq: number
  readonly code: string
  readonly message: string
}

/** A run of sequences that are missing between two events. */
export interface Gap {
  readonly fromSeq: number
  /** The last one. */
  readonly toSeq: number
  /** Of the first event behind it; the number of events where there is none. */
  readonly place: number
}

/**
 * @param rejections in order of their sequence
 * @param pushed the highest sequence that the client has given out
 */
export function gapsOf(columns: EventColumns, rejections: readonly Rejection[], pushed: number): readonly Gap[] {
  const gaps: Gap[] = []
  let rejected = 0
  let expected = 1
  for (let place = 0; place <= columns.length; place++) {
    const seq = place < columns.length ? columns.seqAt(place) : pushed + 1
    for (; (rejections[rejected]?.seq ?? Number.POSITIVE_INFINITY) < seq; rejected++) {
      const at = rejections[rejected]?.seq ?? 0
      if (at > expected) gaps.push({ fromSeq: expected, toSeq: at - 1, place })
      expected = Math.max(expected, at + 1)
    }
    if (seq > expected) gaps.push({ fromSeq: expected, toSeq: seq - 1, place })
    expected = Math.max(expected, seq + 1)
  }
  return gaps
}

/** Between which times a gap before an event is: those of its neighbours. */
export function timesOfGap(place: number, columns: EventColumns, times: Float64Array): [fromMs: number, toMs: number] {
  const before = times[Math.max(0, Math.min(place, columns.length) - 1)] ?? 0
  const behind = times[Math.min(place, columns.length - 1)] ?? 0
  return place === 0 ? [behind, behind] : [Math.min(before, behind), Math.max(before, behind)]
}

/** Why events are not stored, as far as the ledger tells: it counts what is absent, and not which. */
export function reasonsOfGaps({ expired, forgotten, rejected, dropped, missing, outstanding }: Ledger): string {
  const drops = Object.entries(dropped)
  const reasons = [
    expired > 0 && `expired (${formatCount(expired)})`,
    forgotten > 0 && `forgotten on request (${formatCount(forgotten)})`,
    drops.length > 0 && `dropped by the client (${listed(drops)})`,
    missing > 0 && `missing (${formatCount(missing)})`,
    outstanding > 0 && `on their way (${formatCount(outstanding)})`,
    // Of one batch a hundred rejections are kept.
    Object.values(rejected).some((count) => count > 100) && 'rejected, of which a hundred a batch are kept',
  ].filter((reason) => reason !== false)
  return reasons.length > 0 ? reasons.join(', or ') : 'not in the database'
}

const listed = (counts: readonly (readonly [string, number])[]): string =>
  counts.map(([name, count]) => `${name} ${formatCount(count)}`).join(', ')
