import type { LiveCounters } from '@downlink/collector'
import { expect, it } from 'vitest'
import { checkHealth, checkStore, type OwnHealth } from './check-health.ts'
import { refusalAdvice } from './refusal-advice.ts'

type Store = LiveCounters['store']

const counters = (over: Partial<Store> = {}) => {
  const lag = { bytes: 0, events: 0, ms: 0 }
  return {
    shared: null,
    store: { isUp: true, lag, restarts: {}, readsRunning: 0, readsKilled: 0, ...over },
  } as LiveCounters
}

const health = (over: Partial<OwnHealth> = {}): OwnHealth => ({
  cluster: null,
  startedAt: 0,
  sockets: 2,
  eventsPerSecond: 5,
  versions: { collector: '1', node: 'v20', database: 'v1', platform: 'linux x64' },
  disk: {
    logBytes: 1e6,
    maxLogBytes: 4e9,
    keptLogBytes: 0,
    databaseBytes: 5e6,
    usedBytes: 4e6,
    reusableBytes: 1e6,
    freeBytes: 5e10,
  },
  memory: { collectorBytes: 1e8, storeBytes: 2e8 },
  commits: { medianMs: 0.5, p99Ms: 2, failed: 0 },
  refusals: [],
  schemaWarnings: [],
  retention: { keepMs: null, maxBytes: null, keepBackupsMs: null, lastRunAt: null, failures: 0, clockAheadMs: 0 },
  backup: null,
  backups: [],
  reports: {},
  otlp: null,
  ...over,
})

const disk = (over: Partial<OwnHealth['disk']>) => health({ disk: { ...health().disk, ...over } })
const find = (lines: readonly { readonly name: string; readonly status: string }[], name: string) =>
  lines.find((line) => line.name === name)?.status

it('tells what is kept of the log beside what the database needs', () => {
  const logLine = (keptLogBytes: number) =>
    checkHealth(disk({ keptLogBytes })).find(({ name }) => name === 'Log')?.value
  expect([logLine(0), logLine(2e6)]).toEqual([
    '1 MB of at most 4 GB',
    '1 MB of at most 4 GB, and 2 MB kept since the last backup',
  ])
})

it('finds nothing where all is well, and says no more than it knows', () => {
  const lines = [...checkStore(counters(), true), ...checkHealth(health())]
  expect(lines.filter(({ status }) => status !== 'good')).toEqual([])
  expect(lines.filter(({ advice }) => advice !== undefined)).toEqual([])
  for (const nothing of [checkStore(undefined, true), checkStore(counters(), false)]) {
    expect(nothing).toEqual([{ name: 'State', value: 'Not known', status: 'unknown' }])
  }
})

it.each<[string, string, ReturnType<typeof checkStore>]>([
  ['State', 'bad', checkStore(counters({ isUp: false }), true)],
  ['Behind the log', 'warn', checkStore(counters({ lag: { bytes: 9, events: 9, ms: 6000 } }), true)],
  ['Behind the log', 'bad', checkStore(counters({ lag: { bytes: 9, events: 9, ms: 61_000 } }), true)],
  ['Restarts', 'warn', checkStore(counters({ restarts: { memory: 1, flood: 2 } }), true)],
  ['Reads', 'warn', checkStore(counters({ readsKilled: 1 }), true)],
  ['Log', 'warn', checkHealth(disk({ logBytes: 2.1e9 }))],
  ['Log', 'bad', checkHealth(disk({ logBytes: 3.9e9 }))],
  ['Free disk', 'warn', checkHealth(disk({ freeBytes: 4e9 }))],
  ['Free disk', 'bad', checkHealth(disk({ freeBytes: 5e8 }))],
  ['Commits', 'warn', checkHealth(health({ commits: { medianMs: 9, p99Ms: 200, failed: 0 } }))],
  ['Commits', 'bad', checkHealth(health({ commits: { medianMs: 9, p99Ms: 2000, failed: 0 } }))],
  ['Failed commits', 'warn', checkHealth(health({ commits: { medianMs: null, p99Ms: null, failed: 3 } }))],
  ['Report lost_events', 'bad', checkHealth(health({ reports: { lost_events: 1 } }))],
  ['Report damaged_log', 'warn', checkHealth(health({ reports: { damaged_log: 1 } }))],
])('says what to do: %s, %s', (name, status, lines) => {
  expect(find(lines, name)).toBe(status)
  expect(lines.find((line) => line.name === name)?.advice).toMatch(/\w{3,}.*[.]$/)
})

it('tells what was stored though no schema accepts it, and what was expected of it', () => {
  const warning = {
    code: 'bad_event' as const,
    type: 'shot',
    message: 'Expected x to be a number, got "left"',
    events: 2,
  }
  const schemaWarnings = [warning, ...['a', 'b', 'c'].map((type) => ({ ...warning, type, events: 1 }))]
  expect(checkHealth(health({ schemaWarnings })).find(({ name }) => name === 'Schema warnings')).toEqual({
    name: 'Schema warnings',
    value: '5 stored though no schema accepts them: shot (bad_event) 2, a (bad_event) 1, b (bad_event) 1, and others',
    status: 'warn',
    advice:
      'Of shot: Expected x to be a number, got "left". Correct the game or its definitions; until then the type’s view has null in place of what does not fit.',
  })
})

it('does not guess at a disk that does not tell', () => {
  expect(find(checkHealth(disk({ freeBytes: null, databaseBytes: null })), 'Free disk')).toBe('unknown')
})

it('tells who runs the collector how a refused game gets in', () => {
  expect(refusalAdvice('forbidden', 'https://game.example')).toContain('--origin https://game.example')
  expect(refusalAdvice('forbidden', null)).toContain('--public-url')
  expect(refusalAdvice('unauthorised', 'https://game.example')).toContain('--key')
  expect(refusalAdvice('unheard_of', null)).toBeUndefined()
})

it('tells how long events are kept, and says what to do where a run failed', () => {
  const retentionOf = (over: Partial<OwnHealth['retention']>) =>
    checkHealth(health({ retention: { ...health().retention, ...over } })).find(({ name }) => name === 'Retention')
  expect(retentionOf({})).toMatchObject({ value: expect.stringContaining('All is kept'), status: 'good' })
  const kept = { keepMs: 30 * 86_400_000, maxBytes: 20e9 }
  expect(retentionOf(kept)).toMatchObject({
    value: 'no longer than 30 d, no more than 20 GB; has not run yet',
    status: 'good',
  })
  expect(retentionOf({ ...kept, lastRunAt: 0, failures: 2 })).toMatchObject({
    value: expect.stringMatching(/last run at \d\d:\d\d:\d\d$/),
    status: 'warn',
    advice: expect.stringContaining('2 runs failed'),
  })
})

it('tells of a clock that is ahead by how much, and what to do about it, whichever of the two is right', () => {
  const retention = { ...health().retention, clockAheadMs: 10 * 365 * 86_400_000 }
  const clock = checkHealth(health({ retention })).find(({ name }) => name === 'Clock')
  expect(clock).toMatchObject({ value: '3650 d ahead of how long the collector has run', status: 'bad' })
  expect(clock?.advice).toMatch(/set it where it is wrong.*prune --older-than 30d --trust-clock/)
})

it('tells of the database what later rows fill, how it is given back, and of the newest backup', () => {
  const lineOf = (over: Partial<OwnHealth>, name: string) =>
    checkHealth(health(over)).find((line) => line.name === name)
  const file = (reusableBytes: number) =>
    lineOf(
      { disk: { ...health().disk, databaseBytes: 10e9, usedBytes: 10e9 - reusableBytes, reusableBytes } },
      'Database file',
    )
  expect(file(1e9)).toEqual({ name: 'Database file', value: '10 GB, 1 GB of it for later rows', status: 'good' })
  expect(file(8e9)).toMatchObject({ status: 'warn', advice: expect.stringContaining('downlink prune --compact') })
  expect(lineOf({}, 'Backup')?.value).toContain('downlink backup')
  expect(lineOf({ backup: { at: 0, bytes: 5e9 } }, 'Backup')?.value).toMatch(
    /^5 GB, made on 19\d\d-\d\d-\d\d at \d\d:\d\d:\d\d$/,
  )
})

it('tells of the oldest backup when it goes: by its date, by number, or by nobody', () => {
  const noon = Date.parse('2026-11-28T12:00:00')
  const dayMs = 86_400_000
  const oldest = (over: Partial<OwnHealth['backups'][number]>) => {
    const kept = { at: noon, bytes: 1, deletedAt: null, deletedAfter: null, expectedAt: null }
    const lines = checkHealth(health({ backups: [{ ...kept, ...over }, kept] }))
    return lines.find(({ name }) => name === 'Oldest backup')?.value
  }
  expect(oldest({ deletedAt: noon + 30 * dayMs })).toBe('of 2026-11-28, one of 2; deleted on 2026-12-28')
  expect(oldest({ deletedAfter: 3, expectedAt: noon + 7 * dayMs, deletedAt: noon + 30 * dayMs })).toBe(
    'of 2026-11-28, one of 2; deleted on 2026-12-28, or sooner once 3 newer were made, about 2026-12-05 as they come now',
  )
  expect(oldest({})).toBe('of 2026-11-28, one of 2; deleted by nobody but you')
  expect(checkHealth(health()).map(({ name }) => name)).not.toContain('Oldest backup')
})

it('tells how OpenTelemetry stands, where events are sent on', () => {
  const otlp = { isUp: true, lag: { events: 0, bytes: 0, ms: 0 }, sent: 1200, rejected: 0, skipped: 0, gaps: 0 }
  const behind = { events: 20, bytes: 3000, ms: 5000 }
  const lineOf = (over: Partial<typeof otlp>) => {
    const line = checkHealth(health({ otlp: { ...otlp, ...over } })).find(({ name }) => name === 'OpenTelemetry')
    return [line?.status, line?.value]
  }
  expect(find(checkHealth(health()), 'OpenTelemetry')).toBeUndefined()
  expect([
    lineOf({}),
    lineOf({ isUp: false, lag: behind }),
    lineOf({ lag: { ...behind, ms: 120_000 } }),
    lineOf({ rejected: 2, skipped: 3, gaps: 1 }),
  ]).toEqual([
    ['good', 'up to date; 1,200 events sent'],
    ['warn', 'away, 20 events, 3 kB, 5 s behind; 1,200 events sent'],
    ['bad', 'slow, 20 events, 3 kB, 2 min behind; 1,200 events sent'],
    ['warn', 'up to date; 1,200 events sent; 2 refused; 3 never sent; an unknown number never sent'],
  ])
})
