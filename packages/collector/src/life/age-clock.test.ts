import { expect, it } from 'vitest'
import type { ClockWitnesses } from '../clock-witnesses.ts'
import { type AgeClockState, createAgeClock } from './age-clock.ts'

const [hourMs, dayMs] = [3_600_000, 86_400_000]
const startMs = 1000 * dayMs
const keepMs = 30 * dayMs

/** Sinks whose clocks are off by so much, which share a memory and witnesses. */
function someSinks(offsMs: readonly number[], remembered?: AgeClockState) {
  const time = { ms: startMs }
  const witnesses: { nowsMs: readonly number[]; newestMs: number | undefined } = { nowsMs: [], newestMs: undefined }
  const memory = {
    load: async () => remembered,
    async save(state: AgeClockState) {
      remembered = state
    },
  }
  const ask = async (): Promise<ClockWitnesses> => witnesses
  const aSink = (offMs: number) => {
    const beganMs = time.ms
    return createAgeClock({ wallMs: () => time.ms + offMs, monotonicMs: () => time.ms - beganMs }, keepMs, memory, ask)
  }
  return { time, witnesses, aSink, sinks: offsMs.map(aSink) }
}

it.each<readonly [string, (ms: number) => ClockWitnesses]>([
  ['the store and the log tell another time', (ms) => ({ nowsMs: [ms, ms + hourMs], newestMs: undefined })],
  ['they have the same clock, and events come', (ms) => ({ nowsMs: [ms + 365 * dayMs], newestMs: ms })],
])('never believes a clock that is a year ahead where %s', async (_, say) => {
  const { time, witnesses, sinks } = someSinks([365 * dayMs, 0])
  for (; time.ms < startMs + 90 * dayMs; time.ms += 6 * hourMs) {
    Object.assign(witnesses, say(time.ms))
    for (const sink of sinks) {
      const { nowMs, aheadMs } = await sink.read()
      expect(nowMs).toBeLessThanOrEqual(time.ms + dayMs)
      if (sink === sinks[0]) expect(aheadMs).toBeGreaterThanOrEqual(364 * dayMs)
    }
  }
})

it('goes on by what passes where no events come, also with a sink that starts then', async () => {
  const { time, witnesses, sinks, aSink } = someSinks([0])
  Object.assign(witnesses, { newestMs: startMs })
  const read = async (sink = sinks[0]) => (await sink?.read())?.nowMs
  for (; time.ms < startMs + 40 * dayMs; time.ms += hourMs) expect(await read()).toBe(time.ms)
  expect(await read(aSink(0))).toBe(time.ms - hourMs)
})

it('knows what others have saved since', async () => {
  const { time, sinks } = someSinks([0, 35 * dayMs])
  const [sound, ahead] = sinks
  await sound?.read()
  time.ms += hourMs
  expect(await ahead?.read()).toEqual({ nowMs: startMs, aheadMs: 35 * dayMs + hourMs })
  time.ms += hourMs
  expect(await sound?.read()).toEqual({ nowMs: time.ms, aheadMs: 0 })
  expect((await ahead?.read())?.nowMs).toBe(time.ms)
})
