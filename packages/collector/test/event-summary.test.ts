/** What a session's row tells of its events is what they come to, however often the log is read. */
import { DuckDBInstance } from '@duckdb/node-api'
import fc from 'fast-check'
import { expect, it, onTestFinished } from 'vitest'
import { encodeEvents } from '../src/commit/encoded-events.ts'
import { newRecord } from '../src/commit/session-record.ts'
import { encodeWrite, type SessionWrite } from '../src/commit/session-write.ts'
import type { LogRecord, Position } from '../src/log/read-log.ts'
import { applyWrite } from '../src/sink/apply-write.ts'
import { createSink } from '../src/sink/sink.ts'
import { createDuckDBStore } from '../src/store/duckdb-store.ts'
import { isErrorEvent, isErrorType, summariseSessions } from '../src/store/event-summary.ts'
import { openDatabase } from '../src/store/open-database.ts'
import { aFolder } from './harness.ts'

const segment = 'a-segment'
const summaries = 'SELECT session_id, stored, error_events, first_event, last_event FROM sessions ORDER BY session_id'

/** A log in memory, a real sink and a real database, whose commits can be lost or forgotten. */
async function aStore() {
  const database = await openDatabase({ dataFolder: await aFolder(), log: { error: () => {} } })
  const store = await createDuckDBStore(database, { onCheckpoint() {}, onCheckpointFailure() {} })
  const connection = await database.connect()
  onTestFinished(async () => {
    database.release(connection)
    await store.close()
    await database.close()
  })
  const log: LogRecord[] = []
  const read = async function* (from: Position | undefined, to: Position) {
    for (const record of log.slice(from?.offset ?? 0, to.offset)) yield record
  }
  const write = (own: SessionWrite) => {
    const [begin, end] = [log.length, log.length + 1].map((offset) => ({ segment, offset })) as [Position, Position]
    log.push({ kind: 'entry', entry: encodeWrite(own), begin, end })
  }
  return {
    write,
    run: (sql: string) => connection.run(sql),
    rows: async (sql: string) => (await connection.runAndReadAll(sql)).getRowsJson(),
    /** Takes in what the log has, as a process that was started a moment ago. */
    async sink(loseAnswer = false) {
      const forgetful = {
        ...store,
        async write(group: Parameters<typeof store.write>[0]) {
          const outcome = await store.write(group)
          const isLost = loseAnswer
          loseAnswer = false
          return isLost ? ({ kind: 'unavailable', reason: 'The answer was lost' } as const) : outcome
        },
      }
      const sink = createSink({ store: forgetful, read, report() {}, groupEvents: 5, setTimer: soon })
      sink.follow({ segment, offset: log.length })
      expect(await sink.caughtUp(60_000)).toBe(true)
      await sink.stop()
    },
    rewind: (share: number) =>
      connection.run(`UPDATE collector.log_position SET log_offset = (log_offset * ${share})::BIGINT`),
  }
}

const soon = (run: () => void, delayMs: number): (() => void) => {
  const timer = setTimeout(run, delayMs > 10_000 ? delayMs : 0)
  return () => clearTimeout(timer)
}

const anEvent = fc.record({
  type: fc.constantFrom('hit', 'error', 'jsError', 'net.exception', 'unhandled', 'crash', 'errors'),
  timestamp: fc.oneof(
    fc.integer({ min: 0, max: 1e12 }),
    fc.double({ min: -1e12, max: 1e12, noNaN: true }),
    fc.constantFrom(8.64e15, -8.64e15, 9.1e12),
  ),
})
const aWrite = fc.record({
  kind: fc.constant('write' as const),
  session: fc.constantFrom('a', 'b', 'c'),
  events: fc.array(anEvent, { maxLength: 6 }),
  missing: fc.nat({ max: 2 }),
  clockOffsetMs: fc.option(fc.integer({ min: -5000, max: 5000 }), { nil: undefined }),
})
const aStep = fc.oneof(
  { weight: 4, arbitrary: aWrite },
  fc.record({ kind: fc.constant('crash' as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
  fc.constant({ kind: 'lostAnswer' as const }),
)

it('comes to the same, counted with each commit or anew, over crashes and a log that is read twice', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(aStep, { minLength: 1, maxLength: 25 }), async (steps) => {
      const { write, sink, rewind, run, rows } = await aStore()
      const records = new Map<string, ReturnType<typeof newRecord>>()
      for (const step of steps) {
        if (step.kind === 'write') {
          const { session, events, missing, clockOffsetMs } = step
          const before = records.get(session) ?? newRecord(session, 1000)
          const from = before.committedSeq
          const upTo = from + missing + events.length
          const accepted = events.map((event, at) => ({ seq: from + missing + at + 1, event: { ...event, json: '0' } }))
          const metadata = { delivery: 'acked', proofHash: undefined, clockOffsetMs, build: undefined } as const
          const batch = {
            ...{
              upTo,
              pushed: upTo,
              events: encodeEvents(accepted),
              rejected: [],
              dropped: {},
              missing,
              end: false,
              receivedAt: 1000,
            },
            metadata: { ...metadata, labels: undefined, schema: undefined },
          }
          const own = { sessionId: session, from, batches: [batch], record: before, unconfirmed: false }
          const { record } = applyWrite(own, before)
          records.set(session, record)
          write({ ...own, record })
        } else {
          if (step.kind === 'crash') await rewind(step.share)
          await sink(step.kind === 'lostAnswer')
        }
      }
      await sink()
      const kept = await rows(summaries)
      await run(summariseSessions)
      expect(kept).toEqual(await rows(summaries))
      expect(await rows('SELECT coalesce(sum(stored), 0) FROM sessions')).toEqual(
        await rows('SELECT count(*) FROM events'),
      )
    }),
    { numRuns: 25 },
  )
}, 120_000)

it('knows an error event alike in JavaScript and in the database', async () => {
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  const statement = await connection.prepare(`SELECT ${isErrorEvent} FROM (SELECT $1 AS type)`)
  const word = fc.constantFrom('error', 'ERROR', 'exception', 'unhandled', 'crash', 'crashed', '\n', '.', 'é', 'ſ', 'K')
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.string({ unit: 'grapheme' }),
        fc.array(word).map((words) => words.join('')),
      ),
      async (type) => {
        fc.pre(!type.includes('\0'))
        statement.bindVarchar(1, type)
        expect((await statement.runAndReadAll()).getRows()).toEqual([[isErrorType(type)]])
      },
    ),
    { numRuns: 300 },
  )
  connection.closeSync()
})
