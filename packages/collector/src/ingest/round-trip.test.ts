import { expect, it } from 'vitest'
import { measureRoundTrips } from './round-trip.ts'

it('takes the time from a ping to its pong, a slow one whole, and none that nobody asked for', () => {
  let [nowMs, pings] = [0, 0]
  let pong = (): void => {}
  const durations: number[] = []
  const ws = {
    ping: () => void pings++,
    on(_event: string, listener: () => void) {
      pong = listener
    },
  }
  const ping = measureRoundTrips(ws as never, { add: (ms) => void durations.push(ms) }, () => nowMs)
  pong()
  ping()
  nowMs = 40
  pong()
  pong()
  ping()
  nowMs = 15_040
  ping()
  nowMs = 15_050
  pong()
  expect(durations).toEqual([40, 15_010])
  expect(pings).toBe(3)
})
