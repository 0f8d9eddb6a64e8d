/** The sink over a real log: what was acknowledged reaches the store once and in order, whatever either of them does. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeOperation, type Operation } from '../commit/operation.ts'
import { planGroup } from '../commit/plan-group.ts'
import type { SessionBatch } from '../commit/session-batch.ts'
import { newRecord, type SessionRecord } from '../commit/session-record.ts'
import { encodeWrite, type SessionWrite } from '../commit/session-write.ts'
import { readLog } from '../log/read-log.ts'
import { listSegments, segmentFile } from '../log/segment.ts'
import { createFaultyDisk, type FaultyDisk } from '../log/test-doubles.ts'
import { type LogWriter, openLogWriter } from '../log/write-log.ts'
import { aBatch, createFakeStore, type FakeStore } from '../test-doubles.ts'
import type { EventStore } from './event-store.ts'
import { createSink, type Sink, type SinkOptions } from './sink.ts'
import type { SinkReport } from './sink-reports.ts'

/** Timers that are due at once, but for those that bound a wait. */
const soon = (run: () => void, delayMs: number): (() => void) => {
  const timer = setTimeout(run, delayMs >= 5000 ? delayMs : 0)
  return () => clearTimeout(timer)
}

async function aSink(disk: FaultyDisk, store: EventStore, over: Partial<SinkOptions> = {}) {
  const log = await openLogWriter({ files: disk, segmentBytes: 2000 })
  const reports: SinkReport[] = []
  const sink = createSink({
    store,
    read: (from, to) => readLog(disk, from, to),
    groupEvents: 5,
    setTimer: soon,
    report: (report) => reports.push(report),
    ...over,
  })
  sink.follow(log.end)
  return {
    log,
    sink,
    reports,
    write: (writes: readonly SessionWrite[]) => writeTo(log, sink, writes),
    async readSessions(ids: readonly string[]) {
      await sink.caughtUp(9999)
      return store.readSessions(ids)
    },
  }
}

/** As a group is committed. */
async function writeTo(log: LogWriter, sink: Sink, writes: readonly SessionWrite[]) {
  const result = await log.write(writes.map(encodeWrite))
  if (result.kind === 'written') sink.follow(result.end)
  return result
}

/** A write of one batch, from where the session stands. */
function aWrite(sessionId: string, from: number, batch: SessionBatch, before?: SessionRecord): SessionWrite {
  const append = { sessionId, expectedSeq: from, batch, resolve() {} }
  const record = before ?? { ...newRecord(sessionId, 1), committedSeq: from }
  const [write] = planGroup([append], () => ({ record, isConfirmed: true })).writes
  if (!write) throw new Error('Expected a write')
  return write
}

const storedSeqs = (store: FakeStore, sessionId: string): number[] =>
  store.written.flatMap(({ events }) =>
    events.filter((run) => run.sessionId === sessionId).flatMap((run) => run.events.map(({ seq }) => seq)),
  )

describe('a sink', () => {
  it('stores a suspect group, taken apart, without a failure for each of its entries', async () => {
    const store = createFakeStore()
    const disk = createFaultyDisk(Math.random)
    const orders = { alone: { from: undefined }, oneByOne: { from: undefined }, culprits: [] }
    const poison = { orders, onWork() {}, keepText: async () => {} }
    const { write, sink, reports } = await aSink(disk, store, { poison })
    const writes = Array.from({ length: 8 }, (_, at) => aWrite(`s${at}`, 0, aBatch(1, 1)))
    await write(writes)
    expect(await sink.caughtUp(9999)).toBe(true)
    expect(reports).toEqual([])
    expect(store.written.flatMap(({ events }) => events.map(({ sessionId }) => sessionId))).toHaveLength(8)
  })

  it('applies an operation in its place, between two groups, in a transaction of its own', async () => {
    const store = createFakeStore()
    const disk = createFaultyDisk(Math.random)
    const log = await openLogWriter({ files: disk })
    const operation: Operation = { id: 'o', kind: 'expire', askedAtMs: 5, receivedBeforeMs: 3 }
    await log.write([encodeWrite(aWrite('s', 0, aBatch(1, 2))), encodeOperation(operation)])
    const { end } = log
    await log.write([encodeWrite(aWrite('t', 0, aBatch(1, 2)))])
    const sink = createSink({ store, read: (from, to) => readLog(disk, from, to), setTimer: soon, report() {} })
    sink.follow(log.end)
    expect(await sink.caughtUp(9999)).toBe(true)
    expect(store.applied).toEqual([{ operation, position: end }])
    expect(store.written.map(({ sessions }) => sessions.map(({ sessionId }) => sessionId))).toEqual([['s'], ['t']])
    expect(store.written[0]?.position.offset).toBeLessThan(end.offset)
  })

  it('joins what comes within its time into one transaction, and waits no longer once somebody reads', async () => {
    const disk = createFaultyDisk(Math.random)
    const store = createFakeStore()
    const log = await openLogWriter({ files: disk })
    const timers: (() => void)[] = []
    const setTimer = (run: () => void) => {
      timers.push(run)
      return () => {}
    }
    const sink = createSink({ store, read: (from, to) => readLog(disk, from, to), setTimer, report() {} })
    for (let seq = 1; seq <= 3; seq++) {
      await writeTo(log, sink, [aWrite('s', seq - 1, aBatch(seq, 1), { ...newRecord('s', 1), committedSeq: seq - 1 })])
    }
    await new Promise(setImmediate)
    expect([store.written.length, timers.length]).toEqual([0, 1])
    expect(await sink.caughtUp(9999)).toBe(true)
    expect(store.written.map(({ events }) => events.length)).toEqual([3])
    await sink.stop()
  })

  it('follows an end that is told just as the one before is reached', async () => {
    const disk = createFaultyDisk(Math.random)
    const log = await openLogWriter({ files: disk })
    const store = createFakeStore()
    let next: Promise<unknown> | undefined
    const sink = createSink({
      store,
      read: (from, to) => readLog(disk, from, to),
      setTimer: soon,
      report() {},
      onApplied() {
        next ??= Promise.resolve().then(() => sink.follow(log.end))
      },
    })
    await log.write([encodeWrite(aWrite('s', 0, aBatch(1, 1)))])
    sink.follow(log.end)
    await log.write([encodeWrite(aWrite('t', 0, aBatch(1, 1)))])
    expect(await sink.caughtUp(9999)).toBe(true)
    await next
    expect(await sink.caughtUp(5000)).toBe(true)
    expect(storedSeqs(store, 't')).toEqual([1])
  })

  it('brings texts, times, envelopes, rejections and drops as they were', async () => {
    const store = createFakeStore()
    const { write, sink } = await aSink(createFaultyDisk(Math.random), store)
    const json = '{ "id": 76561197960287930, "name": "é🚀\\"\\\\" }'
    const events = [
      { seq: 1, event: { type: 'a', timestamp: 1.5, version: 3, json }, envelope: '{"id":"x"}' },
      { seq: 2, event: { type: 'b', timestamp: -1, json: 'null' } },
    ]
    const rejected = [{ sessionId: 's', seq: 3, code: 'bad_text', message: 'm', raw: '"', receivedAt: 7 } as const]
    await write([aWrite('s', 0, aBatch(1, 6, { events, rejected, dropped: { overflow: 3 }, receivedAt: 7 }))])
    expect(await sink.caughtUp(9999)).toBe(true)
    expect(store.written).toMatchObject([
      {
        events: [{ sessionId: 's', receivedAt: 7, events }],
        rejected,
        sessions: [{ committedSeq: 6, pushed: 6, stored: 2, rejected: { bad_text: 1 }, dropped: { overflow: 3 } }],
      },
    ])
  })

  it('bounds a transaction by bytes, too: a log of rejections alone has no event to count', async () => {
    const store = createFakeStore()
    const { write, sink } = await aSink(createFaultyDisk(Math.random), store, { groupBytes: 3000 })
    const rejected = [{ sessionId: 's', seq: 1, code: 'bad_text', message: 'm', raw: 'x'.repeat(1000), receivedAt: 7 }]
    const batch = aBatch(1, 1, { events: [], rejected: rejected as SessionBatch['rejected'] })
    await write(Array.from({ length: 9 }, (_, at) => aWrite(`s${at}`, 0, batch)))
    expect(await sink.caughtUp(9999)).toBe(true)
    expect(store.written.map(({ sessions }) => sessions.length)).toEqual([3, 3, 3])
  })

  it('bounds a transaction by the contexts of its rows, which an entry says once', async () => {
    const store = createFakeStore()
    const { write, sink } = await aSink(createFaultyDisk(Math.random), store, { groupEvents: 1000, groupBytes: 25_000 })
    const context = JSON.stringify({ level: 'x'.repeat(1000) })
    const event = { type: 'tick', timestamp: 1, json: '1' }
    const events = Array.from({ length: 10 }, (_, at) => ({ seq: at + 1, event, context }))
    await write(Array.from({ length: 9 }, (_, at) => aWrite(`s${at}`, 0, aBatch(1, 10, { events }))))
    expect(await sink.caughtUp(9999)).toBe(true)
    expect(store.written.map(({ sessions }) => sessions.length)).toEqual([3, 3, 3])
  })

  it('tells of a session all that was written before the question', async () => {
    const store = createFakeStore()
    const { write, readSessions } = await aSink(createFaultyDisk(Math.random), store)
    await write([aWrite('s', 0, aBatch(1, 3))])
    expect((await readSessions(['s'])).get('s')?.committedSeq).toBe(3)
  })

  it('asks the store where it stands after a commit whose answer was lost, and stores nothing twice', async () => {
    const store = createFakeStore()
    const { write, sink, reports } = await aSink(createFaultyDisk(Math.random), store)
    store.forgetsToSay = true
    await write([aWrite('s', 0, aBatch(1, 3))])
    expect(await sink.caughtUp(9999)).toBe(true)
    expect(storedSeqs(store, 's')).toEqual([1, 2, 3])
    expect(reports).toMatchObject([{ code: 'store_unavailable', reason: 'The answer was lost' }])
  })

  it('waits for a store that can take nothing, and goes on once it can', async () => {
    const store = createFakeStore()
    const { write, sink } = await aSink(createFaultyDisk(Math.random), store)
    store.failWith = { kind: 'unavailable', reason: 'disk full' }
    await write([aWrite('s', 0, aBatch(1, 3))])
    expect(await sink.caughtUp(20)).toBe(false)
    store.failWith = undefined
    expect(await sink.caughtUp(9999)).toBe(true)
    expect(storedSeqs(store, 's')).toEqual([1, 2, 3])
  })

  it('finds the one event that can not be stored, and keeps all others of the group', async () => {
    const store = createFakeStore()
    const { write, sink, reports } = await aSink(createFaultyDisk(Math.random), store)
    store.poison = 'poison'
    const mixed = [aBatch(1, 2), aBatch(3, 1, { type: 'poison' }), aBatch(4, 1)].flatMap(({ events }) =>
      events.decode(),
    )
    await write([aWrite('s', 0, aBatch(1, 4, { events: mixed })), aWrite('t', 0, aBatch(1, 2))])
    expect(await sink.caughtUp(9999)).toBe(true)
    expect([storedSeqs(store, 's'), storedSeqs(store, 't')]).toEqual([
      [1, 2, 4],
      [1, 2],
    ])
    expect(store.rows.get('s')).toMatchObject({ committedSeq: 4, stored: 3, rejected: { unstorable: 1 } })
    expect(store.written.flatMap(({ rejected }) => rejected)).toMatchObject([
      { seq: 3, code: 'unstorable', message: 'poison in null', raw: '{"type":"poison","timestamp":1,"data":null}' },
    ])
    expect(reports).toMatchObject([{ code: 'unstorable_event', sessionId: 's', seq: 3, reason: 'poison' }])
  })

  it('counts as missing what the log has lost, and says whose it was', async () => {
    const disk = createFaultyDisk(Math.random)
    const store = createFakeStore()
    const first = await aSink(disk, createFakeStore())
    await first.write([aWrite('s', 0, aBatch(1, 3))])
    await first.write([aWrite('s', 3, aBatch(4, 2), { ...newRecord('s', 1), committedSeq: 3 })])
    await first.sink.stop()
    const [{ key } = { key: '' }] = await listSegments(disk)
    const name = segmentFile(key)
    disk.flip(name, disk.contentOf(name).indexOf('"batches"'))
    const { sink, reports } = await aSink(disk, store)
    expect(await sink.caughtUp(9999)).toBe(true)
    expect(store.rows.get('s')).toMatchObject({ committedSeq: 5, stored: 2, missing: 3 })
    expect(reports).toMatchObject([
      { code: 'damaged_log', sessions: ['s'] },
      { code: 'lost_events', sessionId: 's', events: 3 },
    ])
  })

  it('stores nothing that came with another proof while the store was away, and goes on with what its own sender brings', async () => {
    const store = createFakeStore()
    store.rows.set('s', { ...newRecord('s', 1), committedSeq: 2, pushed: 2, stored: 2, proofHash: 'own' })
    const { write, sink, reports } = await aSink(createFaultyDisk(Math.random), store)
    const anUnconfirmed = (proofHash: string, count: number) => ({
      ...aWrite('s', 0, aBatch(1, count), { ...newRecord('s', 9), proofHash }),
      unconfirmed: true,
    })
    await write([anUnconfirmed('another', 5)])
    await write([anUnconfirmed('own', 3)])
    expect(await sink.caughtUp(9999)).toBe(true)
    expect(storedSeqs(store, 's')).toEqual([3])
    expect(store.rows.get('s')).toMatchObject({ committedSeq: 3, pushed: 3, stored: 3, missing: 0, proofHash: 'own' })
    expect(reports).toEqual([{ code: 'foreign_events', sessionId: 's', events: 5 }])
  })

  it('trims what a newer store has already, in the midst of a batch too, and every ledger still adds up', async () => {
    const disk = createFaultyDisk(Math.random)
    const rejected = [{ sessionId: 's', seq: 8, code: 'bad_event', message: '', raw: '', receivedAt: 1 } as const]
    const batch = aBatch(3, 8, {
      missing: 2,
      rejected,
      dropped: { overflow: 1, sampled: 1 },
      events: [3, 4, 5, 6, 7].map((seq) => ({ seq, event: { type: 'a', timestamp: 1, json: 'null' } })),
    })
    for (let committedSeq = 0; committedSeq <= 12; committedSeq++) {
      const store = createFakeStore()
      store.rows.set('s', { ...newRecord('s', 1), committedSeq, pushed: committedSeq, stored: committedSeq })
      const { write, sink } = await aSink(disk, store)
      await write([aWrite('s', 0, { ...batch, upTo: 10, pushed: 10 })])
      expect(await sink.caughtUp(9999)).toBe(true)
      const row = store.rows.get('s')
      if (!row) throw new Error('Expected a row')
      const counted = [...Object.values(row.rejected), ...Object.values(row.dropped)].reduce((sum, n) => sum + n, 0)
      expect(row.stored + counted + row.missing).toBe(row.committedSeq)
      expect(row.committedSeq).toBe(Math.max(committedSeq, 10))
      expect(storedSeqs(store, 's').every((seq) => seq > committedSeq)).toBe(true)
      await sink.stop()
    }
  })
})

it('stores what was acknowledged once and in order, through crashes of store and log', async () => {
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('write' as const), session: fc.nat(2), count: fc.nat(4) }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constantFrom('kill' as const, 'cut-power' as const, 'fail-sync' as const, 'lose-answer' as const),
      }),
    },
  )
  let chance = 1
  const next = (): number => {
    chance = (Math.imul(chance, 1664525) + 1013904223) >>> 0
    return chance / 2 ** 32
  }
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (script) => {
      const disk = createFaultyDisk(next)
      const store = createFakeStore()
      let life = await aSink(disk, store)
      const committedSeqs = new Map<string, number>()
      for (const one of script) {
        if (one.kind === 'write') {
          const id = `s${one.session}`
          const before = (await life.readSessions([id])).get(id) ?? newRecord(id, 1)
          committedSeqs.set(id, Math.max(committedSeqs.get(id) ?? 0, before.committedSeq))
          const { kind } = await life.write([
            aWrite(id, before.committedSeq, aBatch(before.committedSeq + 1, one.count), before),
          ])
          if (kind === 'written') committedSeqs.set(id, before.committedSeq + one.count)
        } else if (one.kind === 'fail-sync') disk.fail('sync')
        else if (one.kind === 'lose-answer') store.forgetsToSay = true
        else {
          await life.sink.stop()
          if (one.kind === 'cut-power') disk.cutPower()
          for (;;) {
            try {
              life = await aSink(disk, store)
              break
            } catch {
              // A failure was due.
            }
          }
        }
      }
      expect(await life.sink.caughtUp(9999)).toBe(true)
      for (const [id, committed] of committedSeqs) {
        const seqs = storedSeqs(store, id)
        expect(seqs).toEqual(seqs.map((_, at) => at + 1))
        expect(seqs.length).toBeGreaterThanOrEqual(committed)
        expect(store.rows.get(id) ?? newRecord(id, 1)).toMatchObject({ committedSeq: seqs.length, missing: 0 })
      }
      await life.sink.stop()
    }),
    { numRuns: Number(process.env.SINK_RUNS ?? 200) },
  )
})
