/** What the collector makes of a database that is damaged, of another age, or another's. */
import { appendFile, copyFile, cp, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Collector } from '@downlink/collector'
import { repair } from '@downlink/collector/doctor'
import { DuckDBInstance } from '@duckdb/node-api'
import { describe, expect, it, vi } from 'vitest'
import { newRecord } from '../dist/commit/session-record.js'
import { createDuckDBStore, type DuckDBStore } from '../dist/store/duckdb-store.js'
import { openDatabase } from '../dist/store/open-database.js'
import { aCollectorProcess } from './collector-process.ts'
import {
  aBlockOf,
  aStoredSession,
  blockBytes,
  flipInBlock,
  handshake,
  headersBytes,
  noise,
  overwrite,
  storeSession,
} from './damage.ts'
import { aClient, aCollector, aFolder, aFolderOnce, aHello, rowsOf } from './harness.ts'
import { ages, writeOlderDatabase } from './older-tables.ts'

const aLargeSession = aStoredSession(6000)
const aSessionOf300 = aStoredSession(300, 10)
const aSmallSession = aStoredSession(100, 10)

const event = (n: number) => ({ type: 'a', timestamp: n, data: { n } })

/** The store may be opened anew meanwhile. */
const ledgerOf = (collector: Collector, session: string) =>
  vi.waitFor(() => collector.ledger(session), { timeout: 60_000, interval: 200 })

const quarantinedIn = async (data: string) => (await readdir(data)).filter((name) => name.includes('.corrupt-'))

describe('a damaged block', () => {
  it('of the events costs the events in it, which the ledger counts as missing', async () => {
    const { data, file, hello } = await aLargeSession()
    await rm(join(data, 'log'), { recursive: true })
    await flipInBlock(file, await aBlockOf(data, 'events', 'data'))
    const { collector } = await aCollector({ data })
    const ledger = await ledgerOf(collector, hello.session)
    const [[stored, distinct] = []] = (
      await collector.query(
        'SELECT count(*)::INT, count(DISTINCT seq)::INT FROM (SELECT seq, md5(data::VARCHAR) FROM events)',
      )
    ).rows
    expect(ledger).toMatchObject({ stored, pushed: 6000, missing: 6000 - Number(stored) })
    expect(distinct).toBe(stored)
    expect(Number(stored)).toBeGreaterThan(1500)
    expect(Number(stored)).toBeLessThan(6000)
    expect(await quarantinedIn(data)).toHaveLength(1)
  })

  it('costs no context and no labels that the log still has', async () => {
    const { data, stop, listening } = await aCollector()
    const client = await aClient(listening, aHello({ meta: { labels: { player: 'guest' } } }))
    await client.hello()
    const said = (n: number) => ({ context: { level: n }, labels: { player: `p${n}` } })
    for (let n = 1; n <= 3; n++) await client.batch(2 * n - 1, [event(n), { ...event(n), ...said(n) }])
    await client.batch(7, [{ type: 7, ...said(4) }])
    await stop()
    const select = [
      'seq, context::VARCHAR FROM events',
      'seq, context::VARCHAR FROM rejected_events',
      'from_seq, until_seq, labels::VARCHAR FROM collector.earlier_labels',
      'labels_from, labels::VARCHAR FROM sessions',
    ]
    const allOf = () => Promise.all(select.map((columns) => rowsOf(data, `SELECT ${columns} ORDER BY 1`)))
    const before = await allOf()
    expect(before.map((rows) => rows.length)).toEqual([6, 1, 6, 1])
    const file = join(data, 'downlink.duckdb')
    await flipInBlock(file, await aBlockOf(data, 'events', 'data'))
    await repair(data)
    expect(await allOf()).toEqual(before)
  })

  it('costs nothing where the log still has what was in it', async () => {
    const { data, file, hello } = await aLargeSession()
    await flipInBlock(file, await aBlockOf(data, 'events', 'data'))
    const { collector } = await aCollector({ data })
    expect(await ledgerOf(collector, hello.session)).toMatchObject({ stored: 6000, missing: 0, balanced: true })
    const { rows } = await collector.query(
      'SELECT count(*)::INT, count(DISTINCT seq)::INT, count(DISTINCT data)::INT FROM events',
    )
    expect(rows).toEqual([[6000, 6000, 6000]])
  })

  it('of the sessions costs none of them: the log knows them, and so do their events', async () => {
    for (const keepsLog of [true, false]) {
      const { data, file, hello } = await aSessionOf300()
      if (!keepsLog) await rm(join(data, 'log'), { recursive: true })
      await flipInBlock(file, await aBlockOf(data, 'sessions', 'proof_hash'))
      const { collector, listening } = await aCollector({ data })
      expect(await ledgerOf(collector, hello.session)).toMatchObject({ stored: 300, pushed: 300, missing: 0 })
      const client = await aClient(listening, hello)
      expect(await client.hello({ conn: 2, next: 301, pushed: 300 })).toMatchObject({ t: 'welcome', ack: 300 })
      expect(await client.batch(301, [event(301)])).toMatchObject({ t: 'ack', seq: 301 })
      const thief = await aClient(listening, aHello({ session: hello.session, conn: 3, next: 302, pushed: 301 }))
      await expect(thief.hello()).rejects.toThrow('4403')
    }
  })

  it('whichever it is, leaves a collector that takes events, and ledgers that add up', async () => {
    const sound = await aFolder()
    const { hello } = await storeSession(sound, 500, 1000)
    const blocks = Math.floor(((await stat(join(sound, 'downlink.duckdb'))).size - headersBytes) / blockBytes)
    expect(blocks).toBeGreaterThan(3)
    for (let block = 0; block < blocks; block++) {
      const data = await aFolder()
      await cp(sound, data, { recursive: true })
      await overwrite(join(data, 'downlink.duckdb'), headersBytes + block * blockBytes, 20_000)
      const { collector, listening, stop } = await aCollector({ data })
      const { client, welcome } = await handshake(listening.telemetry, { ...hello, conn: 2, next: 501, pushed: 500 })
      expect(welcome).toMatchObject({ t: 'welcome', ack: 500 })
      expect(await client.batch(501, [event(501)])).toMatchObject({ t: 'ack', seq: 501 })
      client.ws.close()
      await vi.waitFor(
        async () => expect(await ledgerOf(collector, hello.session)).toMatchObject({ pushed: 501 }),
        60_000,
      )
      const ledger = await ledgerOf(collector, hello.session)
      await stop()
      const [row] = await rowsOf(data, 'SELECT count(data)::INT, count(DISTINCT seq)::INT FROM events')
      expect(row).toEqual([ledger?.stored, ledger?.stored])
      expect(ledger?.missing).toBe(501 - (ledger?.stored ?? 0))
    }
  })

  it('that a query or a backup finds fails that one, and nothing else', async () => {
    const { data, file } = await aLargeSession()
    const block = await aBlockOf(data, 'events', 'data')
    const { listening } = await aCollectorProcess(data)
    await flipInBlock(file, block)
    const ask = async (sql: string) => {
      const answer = await fetch(`${listening.url}/api/query`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', prefer: 'wait=60' },
        body: JSON.stringify({ sql }),
      })
      return [answer.status, await answer.json()]
    }
    const damaged = { error: { code: 'data_damaged', message: expect.stringContaining('downlink doctor') } }
    expect(await ask('SELECT max(data) FROM events')).toEqual([500, damaged])
    const backup = await fetch(`${listening.url}/api/backup`, { method: 'POST' })
    expect(JSON.parse((await backup.text()).trim().split('\n').at(-1) ?? '')).toEqual(damaged)
    expect(await readdir(join(data, 'copies'))).toEqual([])
    const client = await aClient(listening)
    await client.hello()
    expect(await client.batch(1, [event(1)])).toMatchObject({ t: 'ack', seq: 1 })
    expect(await ask('SELECT count(*)::INT, max(seq)::INT FROM events')).toMatchObject([200, { rows: [[6001, 6000]] }])
  })
})

it('rebuilds a database whose checkpoint meets a damaged block, and goes on', async () => {
  const told: object[] = []
  const folder = await aFolder()
  const log = { error: (details: object) => void told.push(details) }
  let [written, record] = [0, newRecord('s', 1)]
  const write = async (store: DuckDBStore) => {
    const events = Array.from({ length: 500 }, (_, at) => {
      const seq = written + at + 1
      return { seq, event: { type: 'a', timestamp: seq, data: undefined, json: JSON.stringify(noise(seq, 1000)) } }
    })
    const session = { ...record, committedSeq: written + 500, pushed: written + 500, stored: record.stored + 500 }
    const { kind } = await store.write({
      events: [{ sessionId: 's', receivedAt: 1, events }],
      rejected: [],
      earlierLabels: [],
      sessions: [session],
      position: { segment: 'a', offset: written },
      logBytes: 0,
    })
    if (kind === 'written') [written, record] = [written + 500, session]
    return kind
  }
  const openStore = async () => {
    const database = await openDatabase({ dataFolder: folder, log })
    return { database, store: await createDuckDBStore(database, { onCheckpoint() {}, onCheckpointFailure() {} }) }
  }
  const first = await openStore()
  for (let groups = 0; groups < 4; groups++) await write(first.store)
  await first.store.close()
  await first.database.close()
  const block = await aBlockOf(folder, 'events', 'data')
  const { database, store } = await openStore()
  await flipInBlock(join(folder, 'downlink.duckdb'), block)
  expect(await write(store)).toBe('written')
  const connection = await database.connect()
  // It moves what is left of a table together.
  await connection.run('DELETE FROM events WHERE seq <= 1500')
  await expect(connection.run('CHECKPOINT')).rejects.toThrow('FATAL')
  database.release(connection)
  expect(await write(store)).toBe('unavailable')
  expect(await store.readPosition()).toEqual({ segment: 'a', offset: 2000 })
  expect(told).toEqual([expect.objectContaining({ lostRows: expect.objectContaining({ sessions: 0 }) })])
  record = (await store.readSessions(['s'])).get('s') ?? record
  expect(record).toMatchObject({ committedSeq: 2500, missing: 2500 - record.stored })
  expect(await write(store)).toBe('written')
  await store.close()
  await database.close()
  const [row] = await rowsOf(folder, 'SELECT count(data)::INT, count(DISTINCT seq)::INT FROM events')
  expect(row).toEqual([record.stored, record.stored])
})

describe('a write-ahead log', () => {
  /** A folder whose collector was killed, so that what came last stands in the write-ahead log alone, and in the log. */
  const afterKill = aFolderOnce(async (data) => {
    const { hello } = await storeSession(data, 100, 10)
    await copyFile(join(data, 'downlink.duckdb'), join(data, 'older.duckdb'))
    for (const [from, signal] of [
      [101, 'SIGTERM'],
      [106, 'SIGKILL'],
    ] as const) {
      const { listening, end } = await aCollectorProcess(data)
      const client = await aClient(listening, hello)
      await client.hello({ conn: from, next: from, pushed: from - 1 })
      for (let seq = from; seq < from + 5; seq++) await client.batch(seq, [event(seq)])
      await fetch(`${listening.url}/api/sessions`)
      await end(signal)
    }
    return { hello }
  })

  async function aKilledCollector() {
    const { data, hello } = await afterKill()
    const file = join(data, 'downlink.duckdb')
    return { data, older: join(data, 'older.duckdb'), hello, file, wal: `${file}.wal` }
  }

  async function expectTold(data: string, session: string): Promise<number> {
    const { collector } = await aCollector({ data })
    const ledger = await ledgerOf(collector, session)
    const { rows } = await collector.query('SELECT count(*)::INT, count(DISTINCT (session_id, seq))::INT FROM events')
    expect(rows).toEqual([[ledger?.stored, ledger?.stored]])
    expect(ledger?.pushed).toBe((ledger?.stored ?? 0) + (ledger?.missing ?? 0))
    return ledger?.stored ?? 0
  }

  it('of a newer database beside an older copy of the file adds nothing that skips what lies between', async () => {
    const { data, older, hello, file } = await aKilledCollector()
    await copyFile(older, file)
    // The log still has what came after the last checkpoint.
    expect(await expectTold(data, hello.session)).toBe(105)
  })

  it('the same where the log is lost, too: what lies between is missing', async () => {
    const { data, older, hello, file } = await aKilledCollector()
    await copyFile(older, file)
    await rm(join(data, 'log'), { recursive: true })
    expect(await expectTold(data, hello.session)).toBe(100)
    expect(await quarantinedIn(data)).toHaveLength(1)
  })

  it('of an older copy is read into a newer file no second time', async () => {
    const { data, hello, wal } = await aKilledCollector()
    const stale = await readFile(wal)
    const again = await aCollector({ data })
    await again.stop()
    await writeFile(wal, stale)
    expect(await expectTold(data, hello.session)).toBe(110)
  })

  it('of another database is quarantined', async () => {
    const { data, hello, file } = await aSmallSession()
    const other = await aKilledCollector()
    await copyFile(other.wal, `${file}.wal`)
    expect(await expectTold(data, hello.session)).toBe(100)
    expect(await quarantinedIn(data)).toHaveLength(1)
  })

  it('that is damaged is read up to the damage, where the log is lost', async () => {
    const { data, hello, wal } = await aKilledCollector()
    await rm(join(data, 'log'), { recursive: true })
    await appendFile(wal, Buffer.alloc(65_536))
    expect(await expectTold(data, hello.session)).toBe(110)
    expect(await quarantinedIn(data)).toHaveLength(1)
  })
})

describe('a rebuild that was cut short', () => {
  it('is taken up where the new file was whole, and begun again where it was not', async () => {
    const { data, hello, file } = await aSmallSession()
    await rename(file, `${file}.rebuilt`)
    await mkdir(`${file}.rebuilding`)
    await writeFile(join(`${file}.rebuilding`, 'target.duckdb'), 'half of it')
    const { collector } = await aCollector({ data })
    expect(await ledgerOf(collector, hello.session)).toMatchObject({ stored: 100, missing: 0 })
    expect((await readdir(data)).filter((name) => name.includes('.rebuil'))).toEqual([])
  })
})

describe('a database of another age', () => {
  const listen = async (data: string) => (await aCollector({ data })).collector

  it('is refused in words where a later Downlink wrote its tables', async () => {
    const { data, file } = await aSmallSession()
    const instance = await DuckDBInstance.create(file)
    const connection = await instance.connect()
    await connection.run('UPDATE collector.format SET version = 1000')
    connection.closeSync()
    instance.closeSync()
    const before = await readFile(file)
    await expect(listen(data)).rejects.toMatchObject({
      code: 'data_unusable',
      message: expect.stringMatching(/format \d+ or older, got 1000.*downgrade/),
    })
    expect(before.equals(await readFile(file))).toBe(true)
  })

  it('is refused in words where a later engine wrote the file', async () => {
    const { data, file } = await aSmallSession()
    const bytes = await readFile(file)
    bytes.writeBigUInt64LE(200n, 12)
    let sum = 5381n
    for (let at = 8; at < 4096; at += 8) {
      sum ^= BigInt.asUintN(64, bytes.readBigUInt64LE(at) * 0xbf58476d1ce4e5b9n)
    }
    bytes.writeBigUInt64LE(sum, 0)
    await writeFile(file, bytes)
    await expect(listen(data)).rejects.toMatchObject({
      code: 'data_unusable',
      message: expect.stringMatching(/version number 200.*downgrade/),
    })
    expect(await quarantinedIn(data)).toEqual([])
    expect(bytes.equals(await readFile(file))).toBe(true)
  })

  it.each(ages.flatMap((age) => [[age, 'sound'] as const, [age, 'followed by zeros'] as const]))(
    'of %s opens with its write-ahead log, which is %s',
    async (age, how) => {
      const data = await aFolder()
      const file = join(data, 'downlink.duckdb')
      const elsewhere = join(await aFolder(), 'downlink.duckdb')
      await writeOlderDatabase(elsewhere, age, {
        async beforeClosing() {
          for (const ending of ['', '.wal']) await copyFile(elsewhere + ending, file + ending)
        },
      })
      if (how !== 'sound') await appendFile(`${file}.wal`, Buffer.alloc(65_536))
      const { collector } = await aCollector({ data })
      expect(await ledgerOf(collector, 's')).toMatchObject({ stored: 2, missing: 0, balanced: true })
      expect((await collector.query('SELECT count(corrected_ts)::INT FROM events')).rows).toEqual([[2]])
      expect(await quarantinedIn(data)).toHaveLength(how === 'sound' ? 0 : 1)
    },
  )
})
