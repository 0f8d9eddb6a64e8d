import { expect, it } from 'vitest'
import { createSharedFigures } from './shared-figures.ts'

it('looks while somebody asks, not more often than every two seconds, and says that it does not know', async () => {
  const clock = { nowMs: 10_000, looks: 0, since: async (): Promise<number | undefined> => undefined }
  const read = createSharedFigures({
    store: { isUp: true },
    lag: {
      behindSince() {
        clock.looks++
        return clock.since()
      },
    },
    clock: { wallMs: () => clock.nowMs, monotonicMs: () => clock.nowMs },
  })
  const later = async (ms: number) => {
    clock.nowMs += ms
    read()
    await Promise.resolve()
    await Promise.resolve()
    return read()
  }
  expect(read()).toEqual({ isUp: true, lagMs: null })
  expect(await later(0)).toEqual({ isUp: true, lagMs: 0 })
  clock.since = async () => 11_500
  expect(await later(1000)).toEqual({ isUp: true, lagMs: 0 })
  expect(clock.looks).toBe(1)
  expect(await later(2000)).toEqual({ isUp: true, lagMs: 1500 })
  clock.since = () => Promise.reject(new Error('away'))
  expect(await later(2000)).toEqual({ isUp: true, lagMs: null })
})
