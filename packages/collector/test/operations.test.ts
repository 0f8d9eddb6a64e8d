/**
 * Operations on what is stored, over a real log, sink and database: whatever ends in between, each event counts once.
 *
 * DOWNLINK_LIFE_RUNS=1000 plays a thousand orders, DOWNLINK_PROPERTY_SEED=n the same ones each time.
 */
import { copyFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { encodeEvents } from '../dist/commit/encoded-events.js'
import { createGroupCommit } from '../dist/commit/group-commit.js'
import type { Operation } from '../dist/commit/operation.js'
import { openLogFiles } from '../dist/log/log-files.js'
import { readLog } from '../dist/log/read-log.js'
import { openLogWriter } from '../dist/log/write-log.js'
import { ledgersView } from '../dist/query/ledgers.js'
import type { EventStore } from '../dist/sink/event-store.js'
import { createSink } from '../dist/sink/sink.js'
import { replaceFile } from '../dist/store/compaction.js'
import { createDuckDBStore } from '../dist/store/duckdb-store.js'
import { prepareTables } from '../dist/store/tables.js'
import { aFolderOnce } from './harness.ts'
import { expectLedgersToAddUp } from './ledger-equation.ts'

type Step =
  /** A session sends so many events, some of which are rejected or dropped. */
  | { readonly kind: 'push'; readonly session: number; readonly events: number; readonly rejected: number }
  /** It comes back, and starts anew where it was forgotten. */
  | { readonly kind: 'return'; readonly session: number }
  /** It sends what it sent before once more. */
  | { readonly kind: 'repeat'; readonly session: number }
  | { readonly kind: 'expire'; readonly ageMs: number }
  | { readonly kind: 'forget'; readonly session: number }
  /** What was rejected of it passes the schemas of today. */
  | { readonly kind: 'rejudge'; readonly session: number }
  /** The newest backup takes the database's place. */
  | { readonly kind: 'restore' }
  /** The processes end: what is synced is there. */
  | { readonly kind: 'crash' }
  | { readonly kind: 'backup' | 'compact' | 'reopen' | 'lose-answer' }

const aSession = fc.integer({ min: 0, max: 3 })
const aStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('push' as const),
      session: aSession,
      events: fc.integer({ min: 0, max: 5 }),
      rejected: fc.integer({ min: 0, max: 2 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom('repeat' as const, 'return' as const), session: aSession }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('forget' as const), session: aSession }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('rejudge' as const), session: aSession }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('expire' as const), ageMs: fc.integer({ min: 0, max: 20 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constantFrom('backup', 'restore', 'compact', 'reopen', 'lose-answer', 'crash') }),
  },
)

/** To make its tables takes longer than to play a run. */
const aPreparedFolder = aFolderOnce(async (folder) => {
  const instance = await DuckDBInstance.create(join(folder, databaseName))
  const connection = await instance.connect()
  await prepareTables(connection)
  await connection.run(ledgersView)
  connection.closeSync()
  instance.closeSync()
  return {}
})
const databaseName = 'store.duckdb'

const { DOWNLINK_LIFE_RUNS = '10' } = process.env
const runs = Number(DOWNLINK_LIFE_RUNS)

it(
  'accounts for each event once, whatever is pushed, repeated, expired, forgotten, begun anew, judged anew, lost, backed up, put back, rewritten and ended, in any order',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(aStep, { minLength: 1, maxLength: 25 }), async (steps) => {
        const { data: folder } = await aPreparedFolder()
        const world = await openWorld(folder)
        try {
          for (const step of steps) await world.take(step)
          await world.check()
          // A store that is made anew from the log comes out the same.
          await world.take({ kind: 'restore' })
          await world.check()
        } finally {
          await world.close()
          // Ten thousand of them would fill a disk.
          await rm(folder, { recursive: true })
        }
      }),
      { numRuns: runs },
    )
  },
  60_000 + runs * 5000,
)

/** An event that was acknowledged: it is stored or rejected until an operation behind it removes it, or moves it. */
interface Acked {
  readonly id: string
  readonly sessionId: string
  readonly seq: number
  readonly receivedAtMs: number
  /** `counted`: was rejected, and its text is gone. */
  fate: 'stored' | 'expired' | 'forgotten' | 'rejected' | 'counted'
}

async function openWorld(folder: string) {
  const files = await openLogFiles(join(folder, 'log'))
  // Segments stay: a backup that is put back needs them.
  const openLog = () => openLogWriter({ files, segmentBytes: 4000 })
  let log = await openLog()
  const file = join(folder, databaseName)
  const backup = join(folder, 'backup.duckdb')
  const acked: Acked[] = []
  const sent = new Map<string, number>()
  let nowMs = 1_000_000
  let operations = 0
  let losesAnswer = false
  let half = await openHalf()
  await backUp()

  let commits = openCommits()

  function openCommits() {
    return createGroupCommit({
      log,
      source: { isUp: true, readSessions: (ids) => half.caughtUp().then(() => half.store.readSessions(ids)) },
      groupMs: 0,
      groupEvents: 1000,
      onSynced: (end) => half.sink.follow(end),
      // A database that takes long on a busy machine is not away: nobody begins anew meanwhile what it knows.
      setStoreTimer: () => () => {},
    })
  }

  async function openHalf() {
    const opened = await openStore(folder, file)
    const sink = createSink({
      store: forgetful(opened.store),
      read: (from, to) => readLog(files, from, to),
      report() {},
      groupMs: 0,
      groupEvents: 5,
      setTimer: (run, delayMs) => {
        const timer = setTimeout(run, delayMs >= 5000 ? delayMs : 0)
        return () => clearTimeout(timer)
      },
    })
    sink.follow(log.end)
    return {
      ...opened,
      sink,
      async caughtUp() {
        expect(await sink.caughtUp(30_000)).toBe(true)
      },
      async close() {
        await sink.stop()
        await opened.close()
      },
      /** The file stays as it is, and what is committed since its last checkpoint in its write-ahead log. */
      async crash() {
        await sink.stop()
        const left = join(folder, 'left.duckdb')
        for (const ending of ['', '.wal']) await copyFile(file + ending, left + ending).catch(() => {})
        await opened.close()
        for (const ending of ['', '.wal']) await rename(left + ending, file + ending).catch(() => {})
      },
    }
  }

  /** What it does takes effect, and its answer may be lost. */
  function forgetful(store: EventStore): EventStore {
    const lose = async (outcome: ReturnType<EventStore['write']>): ReturnType<EventStore['write']> => {
      const answer = await outcome
      if (!losesAnswer) return answer
      losesAnswer = false
      return { kind: 'unavailable', reason: 'The answer was lost' }
    }
    return {
      ...store,
      write: (group) => lose(store.write(group)),
      apply: (step) => lose(store.apply(step)),
    }
  }

  /** As far as the store has got. */
  async function backUp(): Promise<void> {
    const copy = join(folder, 'copies', 'backup.duckdb')
    await half.store.copyTo(copy)
    await rename(copy, backup)
  }

  async function push(sessionId: string, events: number, rejected: number, restarts = false): Promise<void> {
    nowMs += 2
    const outcome = await commits.read(sessionId, true)
    const from = outcome.kind === 'known' ? outcome.record.committedSeq : 0
    const upTo = from + events + rejected + 1
    const event = { type: 'a_error', timestamp: nowMs, json: '{}' }
    const raw = JSON.stringify({ type: event.type, timestamp: nowMs, data: {} })
    const appended = await commits.append(sessionId, from, {
      upTo,
      pushed: upTo + 1,
      events: encodeEvents(Array.from({ length: events }, (_, at) => ({ seq: from + 1 + at, event }))),
      rejected: Array.from({ length: rejected }, (_, at) => {
        const seq = from + events + 1 + at
        return { sessionId, seq, code: 'invalid_payload' as const, message: '', raw, receivedAt: nowMs }
      }),
      dropped: { overflow: 1 },
      missing: 0,
      end: false,
      receivedAt: nowMs,
      metadata: {
        ...{ delivery: 'acked', proofHash: 'p', clockOffsetMs: 1, build: 'b', schema: undefined },
        labels: { player: sessionId },
      },
      ...(restarts && { restarts }),
    })
    if (outcome.kind === 'known' && outcome.record.forgottenAtMs !== undefined && !restarts) {
      expect(appended.kind).toBe('stale')
      return
    }
    expect(appended.kind).toBe('committed')
    for (let at = 0; at < events + rejected; at++) {
      const seq = from + 1 + at
      const fate = at < events ? 'stored' : 'rejected'
      acked.push({ id: `${sessionId}:${seq}`, sessionId, seq, receivedAtMs: nowMs, fate })
    }
    sent.set(sessionId, from)
  }

  async function run(operation: Operation): Promise<void> {
    expect(await commits.appendOperation(operation)).toBe(true)
    await half.caughtUp()
    expect(await half.store.readOperation(operation.id)).toBeDefined()
  }

  return {
    async take(step: Step): Promise<void> {
      if (step.kind === 'push') await push(`s${step.session}`, step.events, step.rejected)
      else if (step.kind === 'return') await push(`s${step.session}`, 1, 0, true)
      else if (step.kind === 'repeat') {
        const sessionId = `s${step.session}`
        const from = sent.get(sessionId)
        if (from === undefined) return
        const event = { type: 'a', timestamp: 0, json: '{}' }
        const events = encodeEvents([{ seq: from + 1, event }])
        const batch = { upTo: from + 1, pushed: from + 1, events, rejected: [], dropped: {}, missing: 0, end: false }
        const { kind } = await commits.append(sessionId, from, { ...batch, receivedAt: nowMs })
        // One that was forgotten is read anew before anything else is taken of it.
        expect(['stale', 'unavailable']).toContain(kind)
      } else if (step.kind === 'expire') {
        const receivedBeforeMs = nowMs - step.ageMs
        await run({ id: `o${++operations}`, kind: 'expire', askedAtMs: nowMs, receivedBeforeMs })
        for (const event of acked) {
          if (event.receivedAtMs >= receivedBeforeMs) continue
          if (event.fate === 'stored') event.fate = 'expired'
          if (event.fate === 'rejected') event.fate = 'counted'
        }
      } else if (step.kind === 'forget') {
        const sessionId = `s${step.session}`
        await run({ id: `o${++operations}`, kind: 'forget', askedAtMs: nowMs, sessionIds: [sessionId] })
        for (const event of acked) {
          if (event.sessionId !== sessionId) continue
          if (event.fate === 'stored') event.fate = 'forgotten'
          if (event.fate === 'rejected') event.fate = 'counted'
        }
      } else if (step.kind === 'rejudge') {
        const own = acked.filter(({ sessionId }) => sessionId === `s${step.session}`)
        const events = own.map(({ sessionId, seq }) => ({ sessionId, seq }))
        await run({ id: `o${++operations}`, kind: 'rejudge', askedAtMs: nowMs, events })
        for (const event of own) if (event.fate === 'rejected') event.fate = 'stored'
      } else if (step.kind === 'crash') {
        await half.crash()
        await log.close()
        log = await openLog()
        half = await openHalf()
        commits = openCommits()
      } else if (step.kind === 'backup') await backUp()
      else if (step.kind === 'compact') await half.store.compact()
      else if (step.kind === 'lose-answer') losesAnswer = true
      else {
        await half.close()
        if (step.kind === 'restore') await copyFile(backup, file)
        half = await openHalf()
      }
    },

    async check(): Promise<void> {
      await half.caughtUp()
      const { query } = half
      await expectLedgersToAddUp(query)
      const stored = (await query("SELECT session_id || ':' || seq FROM events")).flat()
      expect(stored.sort()).toEqual(
        acked
          .filter(({ fate }) => fate === 'stored')
          .map(({ id }) => id)
          .sort(),
      )
      const removed = await query(
        'SELECT coalesce(sum(expired), 0)::INT, coalesce(sum(forgotten), 0)::INT FROM sessions',
      )
      const countOf = (fate: Acked['fate']) => acked.filter((event) => event.fate === fate).length
      expect(removed).toEqual([[countOf('expired'), countOf('forgotten')]])
      expect(await query('SELECT count(*)::INT FROM rejected_events')).toEqual([[countOf('rejected')]])
      expect(await query(selectPersons)).toEqual([])
      expect(await query(selectWrongSummaries)).toEqual([])
    },

    async close(): Promise<void> {
      await half.close()
      await log.close()
    },
  }
}

/** A forgotten session that says whose it is, or has anything left. */
const selectPersons = `SELECT session_id FROM sessions
  WHERE forgotten_at IS NOT NULL AND (build IS NOT NULL OR labels IS NOT NULL OR stored > 0
    OR session_id IN (SELECT session_id FROM rejected_events))`

/** What a session's row tells of its events is what is there. */
const selectWrongSummaries = `SELECT session_id FROM sessions LEFT JOIN (
    SELECT session_id, count(*) FILTER (type = 'a_error') AS errors, min(corrected_ts) AS first, max(corrected_ts) AS last
    FROM events GROUP BY session_id
  ) USING (session_id)
  WHERE error_events <> coalesce(errors, 0) OR first_event IS DISTINCT FROM first OR last_event IS DISTINCT FROM last`

/** A store over a file that is not damaged, and has its tables. */
async function openStore(folder: string, file: string) {
  let instance = await DuckDBInstance.create(file)
  const connections = new Set<DuckDBConnection>()
  const connect = async () => {
    const connection = await instance.connect()
    connections.add(connection)
    return connection
  }
  const release = (connection: DuckDBConnection) => {
    if (connections.delete(connection)) connection.closeSync()
  }
  const closeFile = () => {
    for (const connection of connections) release(connection)
    instance.closeSync()
  }
  const unused = async () => {}
  const database = {
    ...{ folder, exportFolder: '/', copyFolder: join(folder, 'copies'), connect, release, bytes: async () => 0 },
    ...{ reopen: unused, keepHeaders: unused, close: unused },
    async replaceBy(copy: string) {
      closeFile()
      await replaceFile(file, copy, folder)
      instance = await DuckDBInstance.create(file)
    },
  }
  const store = await createDuckDBStore(database, { onCheckpoint() {}, onCheckpointFailure() {} })
  return {
    store,
    async query(sql: string) {
      const connection = await connect()
      const rows = (await connection.runAndReadAll(sql)).getRowsJson()
      release(connection)
      return rows
    },
    async close() {
      await store.close()
      closeFile()
    },
  }
}
