import { expect, it } from 'vitest'
import type { RetentionOptions } from '../options.ts'
import type { ExpirySlice } from '../query/expiry-plan.ts'
import { sumOf } from './pruner.ts'
import { createRetention } from './retention.ts'

const dayMs = 86_400_000

/** A store of one event a row, each of so many bytes, and a clock that a test sets. */
function aRetention(settings: RetentionOptions, { bytesPerRow = 0, logBytes = 0, freesBytes = true } = {}) {
  const rows: number[] = []
  const timers: { readonly run: () => void; readonly delayMs: number }[] = []
  const errors: unknown[] = []
  const clock = { ms: 1000 * dayMs }
  let failure: Error | undefined
  let highestBytes = 0
  const pruner = {
    async plan(receivedBeforeMs: number) {
      if (failure) throw failure
      const old = rows.filter((at) => at < receivedBeforeMs).sort((a, b) => a - b)
      return old.map((at): ExpirySlice => ({ receivedBeforeMs: at + 1, events: 1, rejected: 0 }))
    },
    async prune(slices: readonly ExpirySlice[]) {
      for (const { receivedBeforeMs } of slices)
        rows.splice(0, rows.length, ...rows.filter((at) => at >= receivedBeforeMs))
      return sumOf(slices)
    },
  }
  const usedBytes = () => {
    highestBytes = freesBytes ? rows.length * bytesPerRow : Math.max(highestBytes, rows.length * bytesPerRow)
    return highestBytes
  }
  const retention = createRetention({
    settings,
    pruner,
    // It is asked for nothing else.
    store: { ask: async () => ({ usedBytes: usedBytes() }) as never },
    log: { bytes: logBytes },
    wallMs: () => clock.ms,
    logger: { info() {}, error: (details: unknown) => void errors.push(details) },
    setTimer(run, delayMs) {
      const timer = { run, delayMs }
      timers.push(timer)
      return () => void timers.splice(timers.indexOf(timer), 1)
    },
  })
  const settle = async () => {
    for (let turn = 0; turn < 50; turn++) await Promise.resolve()
  }
  return {
    ...{ retention, rows, timers, errors, clock },
    fail(error: Error | undefined) {
      failure = error
    },
    async start() {
      retention.start()
      await settle()
    },
    async tick() {
      const timer = timers.shift()
      clock.ms += timer?.delayMs ?? 0
      timer?.run()
      await settle()
    },
  }
}

it('deletes what is too old, at the start and then each hour, through a year', async () => {
  const { start, tick, rows, clock, timers, retention } = aRetention({ keepMs: 30 * dayMs })
  await start()
  expect(timers.map(({ delayMs }) => delayMs)).toEqual([3_600_000])
  let most = 0
  for (let hour = 0; hour < 365 * 24; hour++) {
    rows.push(clock.ms)
    await tick()
    most = Math.max(most, rows.length)
  }
  expect(Math.min(...rows)).toBeGreaterThanOrEqual(clock.ms - 30 * dayMs)
  expect(most).toBeLessThanOrEqual(30 * 24 + 1)
  expect(retention.figures).toEqual({ runs: 365 * 24 + 1, failures: 0, lastRunMs: clock.ms })
})

it('looks a 24th of the time apart where that is less than an hour', async () => {
  const { start, timers } = aRetention({ keepMs: 60_000 })
  await start()
  expect(timers.map(({ delayMs }) => delayMs)).toEqual([2500])
})

it('deletes the oldest until database and log fit', async () => {
  const { start, rows } = aRetention({ maxBytes: 1000 }, { bytesPerRow: 10, logBytes: 200 })
  rows.push(...Array.from({ length: 100 }, (_, at) => at))
  await start()
  expect(rows).toEqual(Array.from({ length: 80 }, (_, at) => at + 20))
})

it('does not delete all there is for a log that is long, nor where nothing is freed by it', async () => {
  const behind = aRetention({ maxBytes: 1000 }, { bytesPerRow: 10, logBytes: 5000 })
  behind.rows.push(...Array.from({ length: 100 }, (_, at) => at))
  await behind.start()
  expect(behind.rows).toHaveLength(50)
  const stuck = aRetention({ maxBytes: 1000 }, { bytesPerRow: 10, logBytes: 50, freesBytes: false })
  stuck.rows.push(...Array.from({ length: 100 }, (_, at) => at))
  await stuck.start()
  expect(stuck.rows.length).toBeGreaterThan(60)
})

it('tries again after a failure, and ends where it is stopped', async () => {
  const { start, tick, fail, rows, errors, retention, timers } = aRetention({ keepMs: 30 * dayMs })
  fail(new Error('away'))
  rows.push(0)
  await start()
  expect([rows.length, errors.length, retention.figures.failures]).toEqual([1, 1, 1])
  fail(undefined)
  await tick()
  expect(rows).toEqual([])
  retention.stop()
  expect(timers).toEqual([])
})

it('does nothing where nothing is set', async () => {
  const { start, timers, rows } = aRetention({})
  rows.push(0)
  await start()
  expect([timers, rows]).toEqual([[], [0]])
})
