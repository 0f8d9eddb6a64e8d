/**
 * Backups while the collector runs, and what comes back of them: nothing that is cut short looks like one, and what came
 * after one is in the log, or counted as missing, session by session.
 *
 * COPY_ROUNDS=100 kills a hundred backups and compactions, COPY_SEED=n begins at another moment.
 */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Listening } from '@downlink/collector'
import { type BackupManifest, diagnose, moveBackup, restoreBackup } from '@downlink/collector/doctor'
import { DuckDBInstance } from '@duckdb/node-api'
import { expect, it } from 'vitest'
import { listBackups, readBackup, verifyBackup } from '../dist/store/backup-folder.js'
import { changeDatabase } from './change-database.ts'
import { startCollector } from './collector-process.ts'
import { aClient, aCollector, aFolder, aHello } from './harness.ts'
import { expectLedgersToAddUp } from './ledger-equation.ts'
import { seeded } from './seeded.ts'

const rounds = Number(process.env.COPY_ROUNDS ?? 2)
const seed = Number(process.env.COPY_SEED ?? 1)

const events = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ type: 'hit', timestamp: at, data: { at } }))

async function backUp({ url }: Pick<Listening, 'url'>, more = '') {
  const response = await fetch(`${url}/api/backup${more}`, { method: 'POST' })
  const last = JSON.parse((await response.text()).trim().split('\n').at(-1) ?? '')
  expect(last.error).toBeUndefined()
  return last.result as { readonly path: string; readonly manifest: BackupManifest; readonly removed: string[] }
}

async function queryOf(folder: string) {
  const { collector, stop } = await aCollector({ data: folder })
  return { query: async (sql: string) => (await collector.query(sql)).rows, stop }
}

/** A session of five events is in its backup, and three more that came later, and a session of two. */
async function aBackedUpFolder() {
  const data = await aFolder()
  const { listening, stop } = await aCollector({ data })
  const [first, second] = [aHello(), aHello()]
  const client = await aClient(listening, first)
  await client.hello()
  await client.batch(1, events(5))
  const backup = await backUp(listening)
  await client.batch(6, events(3))
  const other = await aClient(listening, second)
  await other.hello()
  await other.batch(1, events(2))
  await stop()
  return { data, backup, first, second }
}

it('leaves no copy of the database where it can not be kept, and says why', async () => {
  const data = await aFolder()
  const backups = join(data, 'taken')
  await writeFile(backups, 'a file, where the folder should be')
  const { listening } = await aCollector({ data, backups })
  const response = await fetch(`${listening.url}/api/backup`, { method: 'POST' })
  const last = JSON.parse((await response.text()).trim().split('\n').at(-1) ?? '')
  expect(last.error).toMatchObject({ code: 'data_unusable', message: expect.stringContaining(backups) })
  expect(await readdir(join(data, 'copies'))).toEqual([])
})

it('is made while events come, is whole when it is there, and says what it has', async () => {
  const { listening, data, collector } = await aCollector()
  const client = await aClient(listening)
  await client.hello()
  await client.batch(1, [...events(5), { type: 7 }])
  await collector.query('FROM events')
  const made = backUp(listening)
  expect(await client.batch(7, events(2))).toMatchObject({ t: 'ack', seq: 8 })
  const { path, manifest } = await made
  expect(path.startsWith(join(data, 'backups'))).toBe(true)
  expect(manifest).toMatchObject({ kind: 'downlink-backup', tables: { sessions: 1, rejected_events: 1 }, missing: 0 })
  expect(manifest.tables.events).toBeGreaterThanOrEqual(5)
  expect(manifest.position).toMatchObject({ segment: expect.any(String), offset: expect.any(Number) })
  await verifyBackup(await readBackup(path))
  const instance = await DuckDBInstance.create(join(path, manifest.file), { access_mode: 'READ_ONLY' })
  const connection = await instance.connect()
  const [row] = (
    await connection.runAndReadAll('SELECT count(*)::INT, (SELECT sum(stored)::INT FROM ledgers) FROM events')
  ).getRows()
  expect(row).toEqual([manifest.tables.events, manifest.tables.events])
  connection.closeSync()
  instance.closeSync()
  expect(existsSync(join(data, 'copies', 'backup.duckdb'))).toBe(false)
})

it('keeps as many as it is told to, and takes nothing else in the folder for one', async () => {
  const { listening, data } = await aCollector()
  const folder = join(data, 'backups')
  const unfinished = join(folder, 'downlink-20200101T000000Z.unfinished')
  await mkdir(unfinished, { recursive: true })
  await mkdir(join(folder, 'downlink-20200101T000000Z'))
  await writeFile(join(folder, 'theirs.txt'), '')
  const paths = [await backUp(listening), await backUp(listening), await backUp(listening)].map(({ path }) => path)
  expect(await backUp(listening, '?keep=2')).toMatchObject({ removed: paths.slice(0, 2) })
  expect((await listBackups(folder)).map(({ path }) => path)[0]).toBe(paths[2])
  expect(await readdir(folder)).toHaveLength(4)
  expect((await fetch(`${listening.url}/api/backup?keep=0`, { method: 'POST' })).status).toBe(400)
})

it('goes where the collector was told at its start, and is moved elsewhere whole', async () => {
  const [backups, elsewhere] = [await aFolder(), await aFolder()]
  // Cut short before the start.
  await mkdir(join(backups, 'downlink-20200101T000000Z.unfinished'))
  const { listening } = await aCollector({ backups })
  const made = await backUp(listening)
  expect(await listBackups(backups)).toHaveLength(1)
  const file = join(elsewhere, 'file')
  await writeFile(file, 'where a folder should be')
  await expect(moveBackup(made, join(file, 'below'))).rejects.toMatchObject({
    code: 'data_unusable',
    message: expect.stringContaining(`stays at ${made.path}`),
  })
  await expect(restoreBackup(made.path, join(file, 'below'))).rejects.toMatchObject({ code: 'data_unusable' })
  const path = await moveBackup(made, elsewhere)
  await verifyBackup(await readBackup(path))
  expect(await readdir(backups)).toEqual([])
})

it('wants the admin token', async () => {
  const { listening } = await aCollector({ readToken: 'r', adminToken: 'a' })
  const ask = async (token: string) =>
    (await fetch(`${listening.url}/api/backup`, { method: 'POST', headers: { authorization: `Bearer ${token}` } }))
      .status
  expect([await ask('r'), await ask('a')]).toEqual([403, 200])
})

it('comes back with all that the log still has, and the database before it is set aside', async () => {
  const { data, backup } = await aBackedUpFolder()
  const restored = await restoreBackup(backup.path, data)
  expect(restored).toMatchObject({ lostEvents: 0, setAside: [expect.stringContaining('downlink.duckdb.replaced-')] })
  expect(existsSync(restored.setAside[0] ?? '')).toBe(true)
  const { query, stop } = await queryOf(data)
  expect(await query('SELECT sum(stored)::INT, sum(missing)::INT FROM ledgers')).toEqual([[10, 0]])
  await expectLedgersToAddUp(query)
  await stop()
  const { status, findings } = await diagnose(data)
  expect(status).toBe('sound')
  expect(findings.find(({ code }) => code === 'quarantined')?.text).toMatch(/replaced-.* was set aside by a restore/)
})

it('shows what came after it as missing, session by session, once its clients come back, where the log is gone, too', async () => {
  const { backup, first, second } = await aBackedUpFolder()
  const data = join(await aFolder(), 'new')
  expect(await restoreBackup(backup.path, data)).toMatchObject({ setAside: [], lostEvents: 0 })
  const { collector, listening } = await aCollector({ data })
  const query = async (sql: string) => (await collector.query(sql)).rows
  expect(await query('SELECT stored, missing FROM ledgers')).toEqual([[5, 0]])
  const client = await aClient(listening, { ...first, conn: 2, next: 9, pushed: 9 })
  expect(await client.hello()).toMatchObject({ t: 'welcome', ack: 8 })
  expect(await client.batch(9, events(1))).toMatchObject({ t: 'ack', seq: 9 })
  const other = await aClient(listening, { ...second, conn: 2, next: 3, pushed: 3 })
  await other.hello()
  expect(await other.batch(3, events(1))).toMatchObject({ t: 'ack', seq: 3 })
  expect(await query('SELECT stored, missing, committed_seq FROM sessions ORDER BY stored')).toEqual([
    [1, 2, 3],
    [6, 3, 9],
  ])
  await expectLedgersToAddUp(query)
})

it('is refused in words where it is damaged, foreign, newer, or unfinished, and where a collector has the folder', async () => {
  const { data, backup } = await aBackedUpFolder()
  const namesIn = async () => (await readdir(data)).filter((name) => name !== 'copies').sort()
  const before = await namesIn()
  const manifest = join(backup.path, 'manifest.json')
  const file = join(backup.path, 'downlink.duckdb')
  const [text, bytes] = [await readFile(manifest, 'utf8'), await readFile(file)]
  const refused = async (code: string, words: RegExp, path = backup.path) => {
    const error = await restoreBackup(path, data).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code, message: expect.stringMatching(words) })
    expect(await namesIn()).toEqual(before)
  }
  const flipped = Buffer.from(bytes)
  flipped.writeUInt8(flipped.readUInt8(20_000) ^ 1, 20_000)
  await writeFile(file, flipped)
  await refused('bad_backup', /is damaged/)
  await writeFile(file, bytes.subarray(0, 5000))
  await refused('bad_backup', /Expected \d+ bytes/)
  await writeFile(file, bytes)
  await writeFile(manifest, text.replace('"format": 1', '"format": 9'))
  await refused('bad_backup', /later version/)
  await writeFile(manifest, '{"kind":"another"}')
  await refused('bad_backup', /not that of a backup/)
  await writeFile(manifest, '{')
  await refused('bad_backup', /no JSON/)
  await refused('bad_backup', /is no backup/, await aFolder())
  await writeFile(manifest, text)
  const { stop } = await aCollector({ data })
  await expect(restoreBackup(backup.path, data)).rejects.toMatchObject({ code: 'data_in_use' })
  await stop()
  await rm(manifest)
  await refused('bad_backup', /none that was finished/)
})

it('is refused where the database that it has is of a later version', async () => {
  const { data, backup } = await aBackedUpFolder()
  const newer = await aFolder()
  await restoreBackup(backup.path, newer)
  await changeDatabase(newer, 'INSERT INTO collector.format VALUES (99)')
  const bytes = await readFile(join(newer, 'downlink.duckdb'))
  await writeFile(join(backup.path, 'downlink.duckdb'), bytes)
  const { sha256Of } = await import('../dist/store/backup-folder.js')
  const sha256 = await sha256Of(join(backup.path, 'downlink.duckdb'))
  const manifest = { ...backup.manifest, bytes: bytes.length, sha256 }
  await writeFile(join(backup.path, 'manifest.json'), JSON.stringify(manifest))
  await expect(restoreBackup(backup.path, data)).rejects.toThrow(/later version/)
})

/** Children of a collector's process, of which one is its store. */
const childrenOf = (pid: number): number[] =>
  execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' })
    .split('\n')
    .map(Number)
    .filter(Boolean)

it.skipIf(process.platform === 'win32')(
  `killed at any moment, in the collector or in its store, nothing is half done: ${rounds} rounds from COPY_SEED=${seed}`,
  async () => {
    const data = await aFolder()
    const random = seeded(seed)
    const hello = aHello()
    let acked = 0
    for (let round = 1; round <= rounds; round++) {
      const process_ = await startCollector(data)
      const client = await aClient(process_.listening, { ...hello, conn: round, next: acked + 1, pushed: acked })
      await client.hello()
      const target = random() < 0.5 ? 'collector' : 'store'
      const path = random() < 0.5 ? 'backup' : 'prune?compact=true'
      const afterMs = random() * 1500
      const cut = `round ${round}: ${path}, ${target} killed after ${afterMs} ms`
      let isOver = false
      const load = (async () => {
        while (!isOver) {
          const answer = await client.batch(acked + 1, events(100))
          if (answer.t === 'ack') acked = answer.seq
        }
      })().catch(() => {})
      const asked = fetch(`${process_.listening.url}/api/${path}`, { method: 'POST' })
        .then((answer) => answer.text())
        .catch(() => 'cut off')
      await new Promise((resolve) => setTimeout(resolve, afterMs))
      if (target === 'store') for (const pid of childrenOf(process_.pid)) process.kill(pid, 'SIGKILL')
      else await process_.end('SIGKILL')
      expect(await asked, cut).toBeTypeOf('string')
      isOver = true
      client.ws.terminate()
      await load
      if (target === 'store') expect(await process_.end('SIGTERM'), cut).toBe(0)
      for (const backup of await listBackups(join(data, 'backups'))) await verifyBackup(backup)
    }
    const { listening, collector, stop } = await aCollector({ data })
    const made = await backUp(listening)
    expect((await collector.query('SELECT committed_seq FROM sessions')).rows[0]?.[0]).toBeGreaterThanOrEqual(acked)
    await expectLedgersToAddUp(async (sql) => (await collector.query(sql)).rows)
    await stop()
    expect(await diagnose(data)).toMatchObject({ status: 'sound' })
    const names = (await readdir(data)).filter((name) => name !== 'copies').sort()
    expect(names).toEqual([
      ...['.gitignore', 'age-clock.json', 'backups', 'downlink.duckdb', 'downlink.duckdb.headers', 'exports'],
      ...['last-backup.json', 'log'],
    ])
    expect((await readdir(join(data, 'backups'))).filter((name) => name.endsWith('.unfinished'))).toEqual([])
    await verifyBackup(made)
  },
  60_000 + rounds * 20_000,
)
