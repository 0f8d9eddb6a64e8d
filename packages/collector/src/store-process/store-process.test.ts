/** The collector's side of the store process, over a process that does what the test says. */
import { pino } from 'pino'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { noCounts } from '../metrics/event-counters.ts'
import { queryDefaults } from '../query/query-limits.ts'
import type { FromStore, ToStore } from './messages.ts'
import type { StoreChildListener } from './spawn-store.ts'
import { createStoreProcess } from './store-process.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const end = { segment: 's', offset: 100 }
const counts = { ...noCounts, outstanding: 0 }

function aStore() {
  const children: { readonly told: ToStore[]; readonly listener: StoreChildListener; isKilled: boolean }[] = []
  const heard: string[] = []
  const store = createStoreProcess({
    settings: { dataFolder: 'data', socketPath: 'socket', query: queryDefaults, logRoomBytes: 4_294_967_296 },
    log: pino({ level: 'silent' }),
    clock: { monotonicMs: () => Date.now(), wallMs: () => Date.now() },
    describeViews: async () => [],
    openSessions: () => ['open'],
    bytesAfter: (position) => (position ? 0 : 40),
    onCheckpoint: () => void heard.push('checkpoint'),
    onCounts: () => void heard.push('counts'),
    onReport: (report) => void heard.push(report.code),
    onUp: () => void heard.push('up'),
    onLost: ({ code }) => void heard.push(`lost: ${code}`),
    spawn(listener) {
      const child = { told: [] as ToStore[], listener, isKilled: false }
      children.push(child)
      return {
        send: (message) => void child.told.push(message),
        kill() {
          child.isKilled = true
          listener.onExit({ kind: 'signal', signal: 'SIGKILL' })
        },
      }
    },
  })
  const say = (message: FromStore) => children.at(-1)?.listener.onMessage(message)
  const come = async () => {
    say({ kind: 'ready', position: undefined, databaseVersion: 'v1' })
    say({ kind: 'counts', counts })
    await vi.advanceTimersByTimeAsync(0)
  }
  const told = <Kind extends ToStore['kind']>(kind: Kind) =>
    (children.at(-1)?.told ?? []).filter((message): message is ToStore & { kind: Kind } => message.kind === kind)
  const begin = async () => {
    const started = store.start(end, 5000)
    await come()
    await started
  }
  return { store, children, heard, say, come, told, begin }
}

const aRead = { id: 1, request: 'r', fingerprint: 'f', timeLimitMs: 1000 }

it('starts once it serves reads and has counted, and tells it where everything stands', async () => {
  const { heard, told, begin } = aStore()
  await begin()
  expect(told('start')[0]?.update).toMatchObject({ count: 1, end, opened: ['open'] })
  expect(heard).toEqual(['up', 'counts'])
})

it('goes on by itself where a start takes long', async () => {
  const { store, come } = aStore()
  const started = store.start(end, 5000)
  await vi.advanceTimersByTimeAsync(5001)
  await started
  expect(store.isUp).toBe(false)
  await come()
  expect(store.isUp).toBe(true)
})

it('lets who waits for a session wait for some seconds, and work of minutes for a minute', async () => {
  const { store, come, told, say } = aStore()
  const started = store.start(end, 5000)
  const outcomes: string[] = []
  const ask = (name: string, asked: Promise<unknown>) =>
    void asked.then(
      () => outcomes.push(`${name}: answered`),
      ({ code, message }) => outcomes.push(`${name}: ${code}, ${/after \d+ s/.exec(message)?.[0]}`),
    )
  ask('session', store.readSessions(['a']))
  ask('compact', store.ask({ kind: 'compact' }))
  await vi.advanceTimersByTimeAsync(30_001)
  await started
  ask('copy', store.ask({ kind: 'copy' }))
  await vi.advanceTimersByTimeAsync(30_001)
  expect(outcomes).toEqual(['session: store_unavailable, after 5 s', 'compact: store_unavailable, after 60 s'])
  await come()
  const [question] = told('question')
  expect(question?.question).toEqual({ kind: 'copy' })
  say({ kind: 'answer', request: question?.request ?? 0, answer: { ok: true, value: { file: 'f' } } })
  await vi.advanceTimersByTimeAsync(0)
  expect(outcomes.at(-1)).toBe('copy: answered')
})

it('says at the first start why the data can not be opened, and does not try again', async () => {
  const { store, children, say } = aStore()
  const started = store.start(end, 5000)
  say({ kind: 'failed', code: 'data_unusable', message: 'no' })
  children[0]?.listener.onExit({ kind: 'exit', code: 1 })
  await expect(started).rejects.toMatchObject({ code: 'data_unusable', message: 'no' })
  await vi.advanceTimersByTimeAsync(60_000)
  expect(children).toHaveLength(1)
})

it('says later why the data can not be opened where that is found out later', async () => {
  const { store, children, say, heard } = aStore()
  const started = store.start(end, 5000)
  await vi.advanceTimersByTimeAsync(5001)
  await started
  say({ kind: 'failed', code: 'data_unusable', message: 'no' })
  children[0]?.listener.onExit({ kind: 'exit', code: 1 })
  await vi.advanceTimersByTimeAsync(60_000)
  expect([heard, children.length]).toEqual([['lost: data_unusable'], 1])
})

it('is started again after 0.2 s, then twice as long each time, and after 0.2 s once it has stayed up', async () => {
  const { store, children, come, begin } = aStore()
  await begin()
  const pauses: number[] = []
  const die = async (upMs: number) => {
    await vi.advanceTimersByTimeAsync(upMs)
    const before = children.length
    children.at(-1)?.listener.onExit({ kind: 'signal', signal: 'SIGSEGV' })
    const diedAt = Date.now()
    while (children.length === before) await vi.advanceTimersByTimeAsync(100)
    pauses.push(Date.now() - diedAt)
    await come()
  }
  for (let death = 0; death < 7; death++) await die(100)
  await die(6000)
  expect(pauses).toEqual([200, 400, 800, 1600, 3200, 5000, 5000, 200])
  expect([...store.figures.restarts]).toEqual([['crash', 8]])
})

it('tells what is new together, and at once to whoever reads', async () => {
  const { store, told, begin } = aStore()
  await begin()
  store.synced({ ...end, offset: 200 }, 10)
  store.synced({ ...end, offset: 300 }, 10)
  store.socketChanged('a', true)
  store.socketChanged('b', true)
  store.socketChanged('b', false)
  expect(told('update')).toEqual([])
  await vi.advanceTimersByTimeAsync(50)
  expect(told('update').map(({ update }) => update)).toMatchObject([
    { count: 2, end: { offset: 300 }, opened: ['a'], closed: [] },
  ])
  store.synced({ ...end, offset: 400 }, 10)
  expect(store.flush()).toBe(3)
  expect(told('update')).toHaveLength(2)
  expect(store.flush()).toBe(3)
  expect(told('update')).toHaveLength(2)
})

it('knows by how far the store is behind, also across its deaths', async () => {
  const { store, children, say, come, begin } = aStore()
  await begin()
  say({ kind: 'applied', update: 1 })
  expect(store.figures.lag).toEqual({ bytes: 0, events: 0, ms: 0 })
  store.synced({ ...end, offset: 200 }, 10)
  store.flush()
  await vi.advanceTimersByTimeAsync(1000)
  store.synced({ ...end, offset: 300 }, 5)
  expect(store.figures.lag).toMatchObject({ events: 15, ms: 1000 })
  children[0]?.listener.onExit({ kind: 'signal', signal: 'SIGKILL' })
  await vi.advanceTimersByTimeAsync(200)
  await come()
  expect(store.figures.lag).toMatchObject({ events: 15, ms: 1200 })
  say({ kind: 'applied', update: 3 })
  expect(store.figures.lag).toMatchObject({ events: 0, ms: 0 })
})

it('ends the process for a read that is 2 s over its time, blames that one alone, and bans it the second time', async () => {
  const { store, children, say, come, told, begin } = aStore()
  await begin()
  const killed: (boolean | undefined)[] = []
  for (let death = 1; death <= 2; death++) {
    say({ kind: 'read-began', read: { ...aRead, request: `r${death}` } })
    say({ kind: 'read-began', read: { ...aRead, id: 2, request: 'other', fingerprint: 'o', timeLimitMs: 9000 } })
    await vi.advanceTimersByTimeAsync(2900)
    expect(children.at(-1)?.isKilled).toBe(false)
    await vi.advanceTimersByTimeAsync(750)
    killed.push(children[death - 1]?.isKilled, await store.wasKilled(`r${death}`), await store.wasKilled('other'))
    await vi.advanceTimersByTimeAsync(1000)
    await come()
  }
  expect(killed).toEqual([true, true, false, true, true, false])
  expect(told('start')[0]?.settings.bannedQueries).toEqual(['f'])
  expect([...store.figures.restarts, store.figures.readsKilled]).toEqual([['query_time', 2], 2])
})

it('passes on what the sink has found, and counts it', async () => {
  const { store, heard, say, begin } = aStore()
  await begin()
  say({ kind: 'report', report: { code: 'lost_events', sessionId: 's', events: 3 } })
  expect([heard.at(-1), store.figures.reports.get('lost_events')]).toEqual(['lost_events', 1])
})

it('ends nothing for news that this process was too busy to hear', async () => {
  const { store, children, say, begin } = aStore()
  await begin()
  say({ kind: 'read-began', read: aRead })
  // The clock jumps as it does over a long task: the timers fire before the messages that came meanwhile are read.
  vi.setSystemTime(Date.now() + 40_000)
  await vi.advanceTimersByTimeAsync(250)
  say({ kind: 'read-ended', id: aRead.id })
  say({ kind: 'alive', memoryBytes: 1000 })
  await vi.advanceTimersByTimeAsync(1000)
  expect([children.length, store.figures.readsKilled]).toEqual([1, 0])
})

it('holds a time in which all stood still against no read', async () => {
  const { store, children, say, begin } = aStore()
  await begin()
  say({ kind: 'read-began', read: aRead })
  // A frozen machine goes on: the store has the same time as before to end its read in, or to say that it is there.
  vi.setSystemTime(Date.now() + 40_000)
  await vi.advanceTimersByTimeAsync(2500)
  say({ kind: 'read-ended', id: aRead.id })
  say({ kind: 'alive', memoryBytes: 1000 })
  await vi.advanceTimersByTimeAsync(1000)
  expect([children.length, store.figures.readsKilled]).toEqual([1, 0])
})

it('forgets a ban after a minute', async () => {
  const { children, say, come, told, begin } = aStore()
  await begin()
  for (let death = 1; death <= 3; death++) {
    say({ kind: 'read-began', read: aRead })
    children.at(-1)?.listener.onExit({ kind: 'memory' })
    await vi.advanceTimersByTimeAsync(5000)
    await come()
    if (death === 2) {
      expect(told('start')[0]?.settings.bannedQueries).toEqual(['f'])
      await vi.advanceTimersByTimeAsync(61_000)
    }
  }
  expect(told('start')[0]?.settings.bannedQueries).toEqual([])
})

it('ends one that says nothing for half a minute', async () => {
  const { store, children, say, begin } = aStore()
  await begin()
  for (let second = 0; second < 60; second++) {
    say({ kind: 'alive', memoryBytes: 1000 })
    await vi.advanceTimersByTimeAsync(1000)
  }
  expect(children).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(31_000)
  expect([children.length, [...store.figures.restarts]]).toEqual([2, [['hung', 1]]])
})

it('answers questions that were under way at a death as unavailable', async () => {
  const { store, children, say, come, told, begin } = aStore()
  await begin()
  const lost = store.readSessions(['a'])
  lost.catch(() => {})
  await vi.advanceTimersByTimeAsync(0)
  children[0]?.listener.onExit({ kind: 'memory' })
  await expect(lost).rejects.toMatchObject({ code: 'store_unavailable' })
  const later = store.readSessions(['a'])
  await vi.advanceTimersByTimeAsync(200)
  await come()
  const [question] = told('question')
  say({ kind: 'answer', request: question?.request ?? 0, answer: { ok: true, value: new Map() } })
  expect(await later).toEqual(new Map())
})

it('is asked to end, and ended by force where it does not', async () => {
  const { store, children, told, begin } = aStore()
  await begin()
  const closed = store.close()
  expect(told('stop')).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(3001)
  await closed
  expect([children[0]?.isKilled, children.length]).toEqual([true, 1])
})
