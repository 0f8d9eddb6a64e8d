/** Finds the event that a click on a timeline means: the nearest of its row, within reach. Pure. */
import type { ClockName, EventColumns } from './event-columns.ts'

/** @param fits whether the event at a place is of the row that was clicked */
export function nearestEvent(
  columns: EventColumns,
  clock: ClockName,
  timeMs: number,
  reachMs: number,
  fits: (place: number) => boolean,
): number | undefined {
  const order = columns.orders[clock]
  const start = order.before(columns.times[clock], timeMs)
  const nearestBy = (step: 1 | -1): number | undefined => {
    for (let at = step === 1 ? start : start - 1; at >= 0 && at < order.length; at += step) {
      const place = order.places[at] ?? 0
      if (Math.abs(columns.timeAt(place, clock) - timeMs) > reachMs) return undefined
      if (fits(place)) return place
    }
    return undefined
  }
  const [before, behind] = [nearestBy(-1), nearestBy(1)]
  if (before === undefined || behind === undefined) return before ?? behind
  const distance = (place: number) => Math.abs(columns.timeAt(place, clock) - timeMs)
  return distance(before) < distance(behind) ? before : behind
}
