/** Sessions that come while the store is away: none is refused that begins, and none keeps a sequence that is not its own. */
import { describe, expect, it } from 'vitest'
import { aBatch, createFakeLogWriter } from '../test-doubles.ts'
import { createGroupCommit } from './group-commit.ts'
import type { SessionMetadata } from './session-batch.ts'
import { newRecord, type SessionRecord } from './session-record.ts'

const metadata = (proofHash: string): SessionMetadata => ({
  delivery: 'acked',
  proofHash,
  clockOffsetMs: undefined,
  build: undefined,
  labels: undefined,
  schema: undefined,
})

/** A log, and a store that is another: `rows` are what its sink has made of it. */
function aLog({ isUp = false } = {}) {
  const writer = createFakeLogWriter()
  const rows = new Map<string, SessionRecord>()
  let timers: (() => void)[] = []
  const store = {
    isUp,
    asked: [] as string[][],
    answer: async (): Promise<void> => {},
    async readSessions(ids: readonly string[]) {
      store.asked.push([...ids])
      await store.answer()
      return new Map([...rows].filter(([id]) => ids.includes(id)))
    },
  }
  const log = createGroupCommit({
    log: writer,
    source: store,
    groupMs: 0,
    groupEvents: 1,
    setStoreTimer(run) {
      timers.push(run)
      return () => {
        timers = timers.filter((other) => other !== run)
      }
    },
  })
  const givenUp: string[] = []
  log.onGivenUp((id) => givenUp.push(id))
  return {
    ...{ writer, rows, store, log, givenUp },
    timers: () => timers.length,
    expire: () => timers.shift()?.(),
    /** Lets the log, and whatever was asked, come to rest. */
    rest: () => new Promise<void>((resolve) => setImmediate(resolve)),
    async comeUp() {
      store.isUp = true
      log.onStoreUp()
      await new Promise(setImmediate)
      await log.settled()
    },
    /** The store has sunk what was written of the session from its begin. */
    sink(id: string, over: Partial<SessionRecord> = {}) {
      const last = writer.written.flat().findLast(({ sessionId }) => sessionId === id)
      if (last) rows.set(id, { ...last.record, ...over })
    },
    flags: () => writer.written.flat().map(({ sessionId, unconfirmed }) => [sessionId, unconfirmed]),
  }
}

describe('a session that begins while the store is away', () => {
  it('is taken, and says in its entries that nobody has confirmed it; a known one notices nothing', async () => {
    const { log, flags } = aLog()
    log.begin('known')
    await log.append('known', 0, aBatch(1, 1))
    expect(await log.read('new', true)).toEqual({ kind: 'unknown' })
    expect(await log.append('new', 0, aBatch(1, 1))).toMatchObject({ kind: 'committed', record: { committedSeq: 1 } })
    log.release('known')
    expect(await log.read('known', false)).toMatchObject({ kind: 'known', record: { committedSeq: 1 } })
    expect([log.isConfirmed('new'), log.isConfirmed('known')]).toEqual([false, true])
    expect(flags()).toEqual([
      ['known', false],
      ['new', true],
    ])
  })

  it('is confirmed by a store that knows nothing else of it, in one question for all, and says so in the log', async () => {
    const { log, store, sink, comeUp, rest, flags, writer, givenUp } = aLog()
    for (const id of ['a', 'b', 'idle']) await log.read(id, true)
    for (const id of ['a', 'b']) await log.append(id, 0, aBatch(1, 1, { metadata: metadata(id) }))
    sink('a')
    writer.written.length = 0
    await comeUp()
    await rest()
    expect(store.asked).toEqual([['a', 'b', 'idle']])
    expect(['a', 'b', 'idle'].map((id) => log.isConfirmed(id))).toEqual([true, true, true])
    expect(flags()).toEqual([
      ['a', false],
      ['b', false],
    ])
    expect(givenUp).toEqual([])
  })

  it('is confirmed where it went on while the store was asked', async () => {
    const { log, store, sink, comeUp, rest } = aLog()
    await log.read('s', true)
    await log.append('s', 0, aBatch(1, 1))
    store.answer = async () => {
      store.answer = async () => {}
      await log.append('s', 1, aBatch(2, 1))
      sink('s')
    }
    await comeUp()
    await rest()
    expect(log.isConfirmed('s')).toBe(true)
  })

  it.each([
    ['it was first seen earlier', { firstSeenMs: 1 }],
    ['it has another proof', { proofHash: 'another' }],
    ['it has more of it', { committedSeq: 50, pushed: 50 }],
  ])('is given up where the store knows better: %s', async (_, over) => {
    const { log, rows, sink, comeUp, rest, givenUp } = aLog()
    await log.read('s', true)
    await log.append('s', 0, aBatch(1, 2, { metadata: metadata('own') }))
    sink('s', over)
    await comeUp()
    await rest()
    expect(givenUp).toEqual(['s'])
    expect(await log.append('s', 2, aBatch(3, 1))).toEqual({ kind: 'unavailable' })
    expect(await log.read('s', false)).toEqual({ kind: 'known', record: rows.get('s') })
    expect(log.isConfirmed('s')).toBe(true)
  })

  it('is given up before its first push, too', async () => {
    const { log, rows, comeUp, rest, givenUp } = aLog()
    await log.read('s', true)
    rows.set('s', { ...newRecord('s', 1), committedSeq: 50, pushed: 50 })
    await comeUp()
    await rest()
    expect(givenUp).toEqual(['s'])
  })

  it('of an earlier process, which the log knows, goes on unconfirmed, and the store is asked once it is up', async () => {
    const { log, writer, rows, store } = aLog()
    await log.read('s', true)
    await log.append('s', 0, aBatch(1, 2))
    const next = createGroupCommit({ log: writer, source: store, groupMs: 0, groupEvents: 1 })
    expect(await next.read('s', false)).toMatchObject({ kind: 'known', record: { committedSeq: 2 } })
    expect(next.isConfirmed('s')).toBe(false)
    next.release('s')
    rows.set('s', { ...newRecord('s', 1), committedSeq: 50, pushed: 50 })
    store.isUp = true
    expect(await next.read('s', false)).toMatchObject({ kind: 'known', record: { committedSeq: 50 } })
    expect(next.isConfirmed('s')).toBe(true)
  })
})

describe('an unconfirmed session that the log has, where the sink is behind', () => {
  it.each([
    ['nothing of it', 0],
    ['its first message', 1],
  ])('stands where the log says, and keeps its proof: the store has %s', async (_, sunk) => {
    const { log, writer, rows, store, sink } = aLog()
    await log.read('s', true)
    for (const seq of [1, 2]) {
      await log.append('s', seq - 1, aBatch(seq, 1, { metadata: metadata('own') }))
      if (seq === sunk) sink('s')
    }
    store.isUp = true
    const next = createGroupCommit({ log: writer, source: store, groupMs: 0, groupEvents: 1 })
    expect(await next.read('s', false)).toMatchObject({ kind: 'known', record: { committedSeq: 2, proofHash: 'own' } })
    expect([rows.size, next.isConfirmed('s')]).toEqual([sunk, true])
  })
})

describe('a session that nobody remembers', () => {
  it('waits for the store to come up, and reads what it has', async () => {
    const { log, rows, comeUp, timers, rest } = aLog()
    rows.set('s', { ...newRecord('s', 1), committedSeq: 5 })
    const read = log.read('s', false)
    await rest()
    expect(timers()).toBe(1)
    await comeUp()
    expect(await read).toMatchObject({ kind: 'known', record: { committedSeq: 5 } })
    expect(timers()).toBe(0)
  })

  it('is unavailable where that takes too long', async () => {
    const { log, expire, rest } = aLog()
    const read = log.read('s', false)
    await rest()
    expire()
    expect(await read).toEqual({ kind: 'unavailable' })
  })

  it('begins unconfirmed where a store that is up does not answer in time, and is settled by its late answer', async () => {
    const { log, rows, store, expire, rest, givenUp } = aLog({ isUp: true })
    let answer = (): void => {}
    store.answer = () => new Promise((resolve) => (answer = resolve))
    const read = log.read('s', true)
    await rest()
    expire()
    expect(await read).toEqual({ kind: 'unknown' })
    expect(log.isConfirmed('s')).toBe(false)
    rows.set('s', { ...newRecord('s', 1), committedSeq: 5 })
    answer()
    await rest()
    expect(givenUp).toEqual(['s'])
  })

  it('is asked for again where the store fails to confirm', async () => {
    const { log, store, expire, comeUp, rest, timers } = aLog()
    await log.read('s', true)
    store.answer = async () => {
      throw new Error('away')
    }
    await comeUp()
    expect([log.isConfirmed('s'), timers()]).toEqual([false, 1])
    store.answer = async () => {}
    expire()
    await rest()
    expect(log.isConfirmed('s')).toBe(true)
  })
})

it('tells a store that comes of sessions in memory and in the log alike, a few at a time beside the appends', async () => {
  const { log, writer, store, comeUp, rest } = aLog()
  for (let at = 0; at < 100; at++) {
    log.begin(`s${at}`)
    await log.append(`s${at}`, 0, aBatch(1, 1))
    if (at % 2) log.release(`s${at}`)
  }
  const before = writer.written.length
  await comeUp()
  for (let turns = 0; turns < 10; turns++) await rest()
  const told = writer.written.slice(before)
  expect(told.flat().map(({ sessionId, from, record }) => [sessionId, from, record.committedSeq])).toHaveLength(100)
  expect(Math.max(...told.map((writes) => writes.length))).toBeLessThan(50)
  expect(store.asked).toEqual([])
})

it('tells the place of a session again once the log takes something', async () => {
  const { log, writer, comeUp, rest } = aLog()
  log.begin('s')
  await log.append('s', 0, aBatch(1, 1))
  writer.failWith = { kind: 'unavailable', reason: 'disk full' }
  await comeUp()
  writer.failWith = undefined
  await log.probe()
  await rest()
  expect(writer.written.flat().map(({ from, record }) => [from, record.committedSeq])).toEqual([
    [0, 1],
    [1, 1],
  ])
})

it('tells all places once more, and not for each piece, where much damage is found while it does', async () => {
  const { log, writer, rest } = aLog()
  for (let at = 0; at < 100; at++) {
    log.begin(`s${at}`)
    await log.append(`s${at}`, 0, aBatch(1, 1))
  }
  const before = writer.written.length
  for (let pieces = 0; pieces < 50; pieces++) log.onStoreUp()
  for (let turns = 0; turns < 20; turns++) await rest()
  expect(writer.written.slice(before).flat().length).toBeLessThanOrEqual(200)
})
