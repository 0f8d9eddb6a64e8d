import type { LiveCounters } from '@downlink/collector'
import { expect, it } from 'vitest'
import { checkSharedLog, checkSharedStore, checkSharing, type SharedHealth } from './check-cluster.ts'

type Cluster = SharedHealth['cluster']

const log: NonNullable<Cluster['log']> = {
  ...{ bytes: 2e6, maxBytes: 100e6, messages: 1200, sessions: 40 },
  ...{ copies: 3, currentCopies: 3, leader: 'n1', isTaking: true },
}
const sinks: NonNullable<Cluster['sinks']> = {
  ...{ running: 2, held: 64, partitions: 64, lagMs: 0, behind: [], aside: { messages: 0, bytes: 0 } },
}
const store: Cluster['store'] = { isUp: true, bytes: 5e9, freeBytes: 5e11 }

const health = (cluster: Partial<Cluster> = {}, over: Partial<SharedHealth> = {}): SharedHealth => ({
  ...{ startedAt: 0, versions: { collector: '1', node: 'v20', database: '26.7', platform: 'linux x64' } },
  ...{ sockets: 12, eventsPerSecond: 340, memory: { collectorBytes: 1e8, storeBytes: null } },
  ...{ commits: { medianMs: 14, p99Ms: 31, failed: 0 }, refusals: [], schemaWarnings: [] },
  ...{ disk: null, retention: null, backup: null, backups: null, reports: null, otlp: null },
  cluster: { log, sinks, store, ...cluster },
  ...over,
})

const counters = (lagMs: number | null = 0, isUp = true) => ({ store: null, shared: { isUp, lagMs } }) as LiveCounters

const all = (asked: SharedHealth, told = counters()) => [
  ...checkSharedStore(told, true, asked),
  ...checkSharedLog(asked),
  ...checkSharing(asked),
]

it('finds nothing where all is well, and names nothing as its own that is not', () => {
  const lines = all(health())
  expect(lines.filter(({ status, advice }) => status !== 'good' || advice !== undefined)).toEqual([])
  expect(Object.fromEntries(lines.map(({ name, value }) => [name, value]))).toMatchObject({
    State: 'Up to date',
    Sinks: '2, with 64 of 64 partitions',
    'Behind the log': 'not at all',
    'Set aside': 'nothing',
    Stream: '2 MB of at most 100 MB: 1,200 messages of 40 sessions',
    Copies: '3 of 3 have all of it, led by n1',
    Events: '340 a second in the last minute, over 12 sockets',
    Retention: 'That of the sinks: downlink sink --keep, and their /metrics',
  })
})

const away = { messages: 3, bytes: 2e6 }
const behind = [{ partition: 'partition-07', lagMs: 6000 }]

it.each<[string, string, Partial<Cluster>, RegExp]>([
  ['State', 'bad', { store: { isUp: false, bytes: null, freeBytes: null } }, /Events are taken meanwhile/],
  ['Sinks', 'bad', { sinks: { ...sinks, running: 0, held: 0 } }, /start downlink sink/],
  ['Sinks', 'warn', { sinks: { ...sinks, held: 40 } }, /change hands/],
  ['Behind the log', 'warn', { sinks: { ...sinks, lagMs: 6000, behind } }, /nothing is lost/],
  ['Behind the log', 'bad', { sinks: { ...sinks, running: 0, held: 0, lagMs: 61_000, behind } }, /for a sink/],
  ['Behind the log', 'bad', { sinks: { ...sinks, lagMs: 61_000, behind } }, /start more of them/],
  ['Set aside', 'warn', { sinks: { ...sinks, aside: away } }, /downlink-aside/],
  ['Free disk', 'warn', { store: { ...store, freeBytes: 19e9 } }, /--keep/],
  ['Free disk', 'bad', { store: { ...store, freeBytes: 4e9 } }, /Make room now/],
  ['Stream', 'warn', { log: { ...log, bytes: 51e6 } }, /ten minutes/],
  ['Stream', 'bad', { log: { ...log, bytes: 81e6 } }, /Once it is full.*nats stream edit/],
  ['Stream', 'bad', { log: { ...log, bytes: 99e6, isTaking: false } }, /It is full, and nothing more/],
  ['Stream', 'bad', { log: null }, /Nothing is acknowledged/],
  ['Copies', 'warn', { log: { ...log, currentCopies: 2 } }, /is away, or catches up/],
  ['Copies', 'warn', { log: { ...log, leader: null } }, /is away, or catches up/],
  ['Copies', 'warn', { log: { ...log, copies: 1, currentCopies: 1 } }, /three copies/],
])('says what to do: %s, %s', (name, status, cluster, advice) => {
  const line = all(health(cluster)).find((one) => one.name === name)
  expect([line?.status, line?.advice]).toEqual([status, expect.stringMatching(advice)])
})

it('does not guess at what it is not told', () => {
  const unknown = all(health({ sinks: null, store: { isUp: true, bytes: null, freeBytes: null } }), counters(null))
  expect(unknown.filter(({ status }) => status === 'unknown').map(({ name, value }) => [name, value])).toEqual([
    ['State', 'Not known'],
    ['Sinks', 'Not known'],
    ['Tables', 'their size is not known'],
    ['Free disk', 'not known'],
  ])
  const aside = all(health({ sinks: { ...sinks, aside: null } })).find(({ name }) => name === 'Set aside')
  expect(aside).toEqual({ name: 'Set aside', value: 'not known', status: 'unknown' })
  expect(all(health({ log: { ...log, maxBytes: null } })).find(({ name }) => name === 'Stream')).toMatchObject({
    ...{ value: '2 MB: 1,200 messages of 40 sessions', status: 'good' },
  })
})

it('says of commits what NATS has to do with it', () => {
  const slow = health({}, { commits: { medianMs: 900, p99Ms: 4000, failed: 2 } })
  expect(checkSharing(slow).flatMap(({ name, advice }) => (advice === undefined ? [] : [[name, advice]]))).toEqual([
    ['Commits', expect.stringContaining('NATS answers so slowly')],
    ['Failed commits', expect.stringContaining('The stream did not take it')],
  ])
})
