import { expect, it } from 'vitest'
import type { RetentionOptions } from '../options.ts'
import type { ExpiryBounds, ExpirySlice } from '../query/expiry-plan.ts'
import type { StoreQuestion } from '../store-process/messages.ts'
import { type AgeClockState, createAgeClock } from './age-clock.ts'
import { sumOf } from './pruner.ts'
import { createRetention } from './retention.ts'

const dayMs = 86_400_000
/** As many as DuckDB frees the blocks of by themselves. */
const many = { eventsPerRow: 100_000 }

/** A store of rows, each of so many events and bytes, and clocks that a test sets. */
function aRetention(
  settings: RetentionOptions,
  { bytesPerRow = 0, eventsPerRow = 1, otherBytes = 0, logBytes = 0, freesBytes = true, hasRoom = true } = {},
) {
  const rows: number[] = []
  const timers: { readonly run: () => void; readonly delayMs: number; readonly dueMs: number }[] = []
  const errors: unknown[] = []
  const warnings: unknown[] = []
  const clock = { ms: 1000 * dayMs, monotonicMs: 0 }
  let remembered: AgeClockState | undefined
  let failure: Error | undefined
  let isDiskFull = false
  let highestBytes = 0
  const pruner = {
    async plan({ receivedBeforeMs }: ExpiryBounds) {
      if (failure) throw failure
      // As the database takes times: a part of a millisecond would throw.
      BigInt(receivedBeforeMs)
      const old = rows.filter((at) => at < receivedBeforeMs).sort((a, b) => a - b)
      const slice = { events: eventsPerRow, rejected: 0, textBytes: bytesPerRow }
      return old.map((at): ExpirySlice => ({ receivedBeforeMs: at + 1, ...slice }))
    },
    async prune(slices: readonly ExpirySlice[]) {
      for (const { receivedBeforeMs } of slices)
        rows.splice(0, rows.length, ...rows.filter((at) => at >= receivedBeforeMs))
      return sumOf(slices)
    },
  }
  let rewrites = 0
  let usedBytes: number | undefined
  const backupsLookedAt: number[] = []
  let backupFailure: Error | undefined
  const store = {
    // It is asked for nothing else.
    async ask({ kind }: StoreQuestion) {
      const bytes = rows.length * bytesPerRow
      if (kind === 'compact') {
        rewrites++
        if (!hasRoom) throw new Error('no_room')
        highestBytes = 0
      }
      highestBytes = freesBytes ? bytes : Math.max(highestBytes, bytes)
      return { eventBytes: highestBytes, otherBytes, rows: rows.length * eventsPerRow } as never
    },
  }
  const aProcess = () =>
    createRetention({
      settings,
      pruner,
      size: { store, log: { bytes: logBytes, keptBytes: 0 }, usedBytes: () => usedBytes },
      onExpired() {},
      async alsoRemove(nowMs) {
        backupsLookedAt.push(nowMs)
        if (backupFailure) throw backupFailure
      },
      wallMs: () => clock.ms,
      ageClock: createAgeClock({ wallMs: () => clock.ms, monotonicMs: () => clock.monotonicMs }, settings.keepMs, {
        load: async () => remembered,
        async save(state) {
          if (isDiskFull) throw new Error('ENOSPC')
          remembered = state
        },
      }),
      logger: {
        info() {},
        warn: (details: unknown) => void warnings.push(details),
        error: (details: unknown) => void errors.push(details),
      },
      setTimer(run, delayMs) {
        const timer = { run, delayMs, dueMs: clock.monotonicMs + delayMs }
        timers.push(timer)
        return () => void timers.splice(timers.indexOf(timer), 1)
      },
    })
  let retention = aProcess()
  const settle = async () => {
    for (let turn = 0; turn < 600; turn++) await Promise.resolve()
  }
  return {
    ...{ retention, rows, timers, errors, warnings, clock, backupsLookedAt },
    get rewrites() {
      return rewrites
    },
    fail(error: Error | undefined) {
      failure = error
    },
    /** What the database said of itself last. */
    use(bytes: number) {
      usedBytes = bytes
    },
    fillDisk() {
      isDiskFull = true
    },
    failBackups(error: Error) {
      backupFailure = error
    },
    async start() {
      retention.start()
      await settle()
    },
    /** Another process has the folder, whose own clock begins anew. */
    async restart(offMs: number) {
      retention.stop()
      clock.ms += offMs
      clock.monotonicMs = 0
      retention = aProcess()
      retention.start()
      await settle()
    },
    /** To the timer that is due next. */
    async tick() {
      const [timer] = timers.toSorted((a, b) => a.dueMs - b.dueMs)
      if (!timer) return
      timers.splice(timers.indexOf(timer), 1)
      clock.ms += timer.dueMs - clock.monotonicMs
      clock.monotonicMs = timer.dueMs + 0.25
      timer.run()
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
  expect(retention.figures).toEqual({ runs: 365 * 24 + 1, failures: 0, lastRunMs: clock.ms, clockAheadMs: 0 })
})

it('looks at backups as it does at events, and neither keeps the other back', async () => {
  const { start, tick, rows, timers, retention, backupsLookedAt, clock, fail, failBackups } = aRetention({
    ...{ keepMs: 30 * dayMs, keepBackupsMs: dayMs / 2 },
  })
  const failed = () => [retention.figures.runs, retention.figures.failures]
  fail(new Error('The store is away'))
  await start()
  expect([backupsLookedAt, failed()]).toEqual([[clock.ms], [0, 1]])
  expect(timers.map(({ delayMs }) => delayMs)).toEqual([dayMs / 48])
  fail(undefined)
  failBackups(new Error('EACCES'))
  rows.push(0)
  await tick()
  expect([rows, failed()]).toEqual([[], [0, 2]])
})

it('looks as often as the shortest time wants it, whatever that is of', async () => {
  const { start, timers } = aRetention({ keepMs: 30 * dayMs, keepSourceMapsMs: dayMs / 4 })
  await start()
  expect(timers.map(({ delayMs }) => delayMs)).toEqual([dayMs / 96])
})

it('goes by its clock also where that can not be saved: on a full disk more than ever', async () => {
  const { start, rows, retention, fillDisk } = aRetention({ keepMs: 30 * dayMs })
  fillDisk()
  rows.push(0)
  await start()
  expect([rows, retention.figures.failures]).toEqual([[], 0])
})

const tenYearsMs = 3650 * dayMs

it('deletes nothing before its time where the clock jumps ten years ahead and back, and says so', async () => {
  const { start, tick, rows, clock, warnings } = aRetention({ keepMs: 30 * dayMs })
  const first = clock.ms
  rows.push(...Array.from({ length: 30 }, (_, day) => first - day * dayMs))
  await start()
  clock.ms += tenYearsMs
  rows.push(clock.ms)
  await tick()
  expect([rows.length, warnings.length]).toEqual([31, 1])
  expect(warnings[0]).toMatchObject({ aheadMs: tenYearsMs })
  // It goes on with what is too old by the time that passes.
  for (let hour = 0; hour < 10 * 24; hour++) await tick()
  expect(rows.length).toBe(21)
  clock.ms -= tenYearsMs
  await tick()
  expect([rows.length, warnings.length]).toEqual([21, 241])
})

it('believes a clock that has stayed ahead for as long as events are kept', async () => {
  const { start, tick, rows, clock, warnings } = aRetention({ keepMs: 30 * dayMs })
  const first = clock.ms
  rows.push(first)
  await start()
  clock.ms += tenYearsMs
  for (let hour = 0; hour < 20 * 24; hour++) await tick()
  // Once more: what came in between is kept for its own time, too.
  rows.push(clock.ms)
  clock.ms += tenYearsMs
  for (let hour = 0; hour < 29 * 24; hour++) await tick()
  expect(rows).toEqual([first + tenYearsMs + 20 * dayMs])
  const before = warnings.length
  for (let hour = 0; hour < 48; hour++) await tick()
  expect(rows).toEqual([])
  expect(warnings.length - before).toBeLessThan(48)
})

it('knows after a start how far it was, and takes a long time without a collector for a jump', async () => {
  const { start, tick, restart, rows, clock, warnings } = aRetention({ keepMs: 30 * dayMs })
  rows.push(clock.ms)
  await start()
  await restart(dayMs / 2)
  expect([rows.length, warnings.length]).toEqual([1, 0])
  await restart(tenYearsMs)
  await restart(0)
  expect([rows.length, warnings.length]).toEqual([1, 2])
  await restart(-tenYearsMs)
  expect([rows.length, warnings.length]).toEqual([1, 2])
  for (let hour = 0; hour < 30 * 24; hour++) await tick()
  expect([rows.length, warnings.length]).toEqual([0, 2])
})

it('does not believe a clock for having been wrong at first', async () => {
  const { start, tick, restart, rows, clock } = aRetention({ keepMs: 30 * dayMs })
  clock.ms += tenYearsMs
  await start()
  clock.ms -= tenYearsMs
  await tick()
  rows.push(clock.ms)
  await restart(tenYearsMs)
  expect(rows).toHaveLength(1)
})

it('watches the clock also where all is kept, for whoever prunes by hand', async () => {
  const { start, tick, restart, retention, clock, warnings, rows } = aRetention({})
  rows.push(clock.ms)
  await start()
  for (let hour = 0; hour < 90 * 24; hour++) await tick()
  expect([rows.length, warnings]).toEqual([1, []])
  await restart(tenYearsMs)
  expect(warnings).toMatchObject([{ aheadMs: tenYearsMs }])
  for (let hour = 0; hour < 31 * 24; hour++) await tick()
  const told = warnings.length
  await tick()
  expect([rows.length, warnings.length, retention.figures.runs]).toEqual([1, told, 0])
})

it('tells by how much the clock is ahead, until it is believed', async () => {
  const { start, tick, retention, clock } = aRetention({})
  await start()
  expect(retention.figures.clockAheadMs).toBe(0)
  clock.ms += tenYearsMs
  await tick()
  expect(retention.figures.clockAheadMs).toBe(tenYearsMs)
  for (let hour = 0; hour < 31 * 24; hour++) await tick()
  expect(retention.figures.clockAheadMs).toBe(0)
})

it('deletes events for want of room which came while the clock was ahead', async () => {
  const { start, rows, clock } = aRetention({ maxBytes: 1000 }, { ...many, bytesPerRow: 10 })
  rows.push(...Array.from({ length: 200 }, (_, at) => clock.ms + tenYearsMs + at))
  await start()
  expect(rows).toHaveLength(100)
})

it('looks a 24th of the time apart where that is less than an hour', async () => {
  const { start, timers } = aRetention({ keepMs: 60_000 })
  await start()
  expect(timers.map(({ delayMs }) => delayMs)).toEqual([2500])
})

const upTo = (length: number, from = 0) => Array.from({ length }, (_, at) => at + from)

it('deletes the oldest until database and log fit', async () => {
  const life = aRetention({ maxBytes: 1000 }, { ...many, bytesPerRow: 10, logBytes: 200 })
  life.rows.push(...upTo(100))
  await life.start()
  expect([life.rows, life.rewrites]).toEqual([upTo(80, 20), 0])
})

it('looks at the size each minute, and asks the store for it only where there may be no room', async () => {
  const life = aRetention({ maxBytes: 1000 }, { ...many, bytesPerRow: 10, logBytes: 200 })
  life.rows.push(...upTo(100))
  life.use(800)
  await life.start()
  expect([life.rows.length, life.timers.map(({ delayMs }) => delayMs)]).toEqual([100, [60_000, 3_600_000]])
  await life.tick()
  expect(life.rows.length).toBe(100)
  life.use(801)
  await life.tick()
  expect(life.rows.length).toBe(80)
  life.retention.stop()
  expect(life.timers).toEqual([])
})

it('does not delete all there is for a log that is long, nor where nothing is freed by it', async () => {
  const behind = aRetention({ maxBytes: 1000 }, { ...many, bytesPerRow: 10, logBytes: 5000 })
  behind.rows.push(...upTo(100))
  await behind.start()
  expect(behind.rows).toHaveLength(50)
  const stuck = aRetention({ maxBytes: 1000 }, { ...many, bytesPerRow: 10, logBytes: 50, freesBytes: false })
  stuck.rows.push(...upTo(100))
  await stuck.start()
  expect(stuck.rows.length).toBeGreaterThan(60)
})

it('has the database rewritten where few rows are large, and deletes an eighth more, so that it need not be soon', async () => {
  const life = aRetention({ maxBytes: 1000 }, { bytesPerRow: 10, freesBytes: false })
  life.rows.push(...upTo(100))
  await life.start()
  expect([life.rows.length, life.rewrites]).toEqual([100, 0])
  for (let hour = 1; hour <= 40; hour++) {
    life.rows.push(...upTo(1, 99 + hour))
    await life.tick()
    expect(life.rows.length).toBeGreaterThanOrEqual(86)
    expect(life.rows.length).toBeLessThanOrEqual(100)
  }
  expect(life.rows.at(-1)).toBe(139)
  // Once to find out whether it holds deleted rows, and once for each eighth.
  expect(life.rewrites).toBe(5)
})

it('deletes nothing where there is no room to rewrite the database', async () => {
  const life = aRetention({ maxBytes: 1000 }, { bytesPerRow: 10, freesBytes: false, hasRoom: false })
  life.rows.push(...upTo(120))
  await life.start()
  for (let hour = 0; hour < 10; hour++) await life.tick()
  expect([life.rows.length, life.errors.length]).toEqual([120, 11])
})

it('leaves events half of the room where what outlives them takes more, and says so', async () => {
  const life = aRetention({ maxBytes: 1000 }, { ...many, bytesPerRow: 10, otherBytes: 3000 })
  life.rows.push(...upTo(100))
  await life.start()
  for (let hour = 0; hour < 10; hour++) await life.tick()
  expect(life.rows).toEqual(upTo(50, 50))
  expect(life.warnings[0]).toMatchObject({ otherBytes: 3000, maxBytes: 1000 })
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
