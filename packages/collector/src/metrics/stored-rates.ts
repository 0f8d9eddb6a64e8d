/** Tells how many events were stored in each of the last seconds, in all and by type. */

export interface StoredRates {
  /** Before they are added to the counts by type. */
  add(events: number): void
  /** Events stored in each of the last whole seconds, 300 at most, oldest first. */
  perSecond(seconds: number): readonly number[]
  /** The same of the last 60 by type, of the types that came in them. */
  typesPerSecond(): Readonly<Record<string, readonly number[]>>
}

const keptSeconds = 300
const keptTypeSeconds = 60

/** @param stored events by type, as its owner counts them */
export function createStoredRates(stored: ReadonlyMap<string, number>, monotonicMs: () => number): StoredRates {
  /** A ring, by second. */
  const totals = new Float64Array(keptSeconds)
  let newestSecond = secondOf(monotonicMs())
  /** What `stored` was when each of the last seconds began, by second: one copy a second, and nothing an event. */
  const storedBefore = new Map([[newestSecond, new Map<string, number>()]])

  return {
    add(events) {
      moveTo(secondOf(monotonicMs()))
      const at = newestSecond % keptSeconds
      totals[at] = (totals[at] ?? 0) + events
    },

    perSecond(seconds) {
      moveTo(secondOf(monotonicMs()))
      const first = newestSecond - seconds
      return Array.from({ length: seconds }, (_, at) => totals[(first + at) % keptSeconds] ?? 0)
    },

    typesPerSecond() {
      moveTo(secondOf(monotonicMs()))
      const first = newestSecond - keptTypeSeconds
      const rates = [...stored.keys()].map((type): [string, number[]] => [
        type,
        Array.from({ length: keptTypeSeconds }, (_, at) => storedIn(type, first + at)),
      ])
      return Object.fromEntries(rates.filter(([, perSecond]) => perSecond.some((events) => events > 0)))
    },
  }

  function storedIn(type: string, second: number): number {
    const [before, after] = [storedBefore.get(second), storedBefore.get(second + 1)]
    return before && after ? (after.get(type) ?? 0) - (before.get(type) ?? 0) : 0
  }

  /** Seconds in which nothing came are zero. */
  function moveTo(second: number): void {
    if (second > newestSecond) keepStored(second)
    if (second - newestSecond >= keptSeconds) totals.fill(0)
    else for (let empty = newestSecond + 1; empty <= second; empty++) totals[empty % keptSeconds] = 0
    newestSecond = Math.max(newestSecond, second)
  }

  function keepStored(second: number): void {
    const now = new Map(stored)
    for (let begun = Math.max(newestSecond + 1, second - keptTypeSeconds); begun <= second; begun++) {
      storedBefore.set(begun, now)
    }
    for (const old of storedBefore.keys()) if (old < second - keptTypeSeconds) storedBefore.delete(old)
  }
}

const secondOf = (ms: number): number => Math.floor(ms / 1000)
