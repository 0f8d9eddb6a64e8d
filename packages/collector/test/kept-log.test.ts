/** The log since the last backup: with it that is worth as much as the database, whatever becomes of the one that is there. */
import { copyFile, mkdir, readdir, rename, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Collector, Listening } from '@downlink/collector'
import { diagnose, repair, restoreBackup } from '@downlink/collector/doctor'
import { defineEvents } from '@downlink/protocol'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { startCollector } from './collector-process.ts'
import { aBlockOf, flipInBlock, headersBytes, noise, overwrite } from './damage.ts'
import { aClient, aCollector, aFolder, aFolderOnce, aHello, rowsOf } from './harness.ts'
import { expectLedgersToAddUp } from './ledger-equation.ts'

const hit = (at: unknown) => ({ type: 'hit', timestamp: 1, data: { at } })
const hits = (count: number) => Array.from({ length: count }, (_, at) => hit(at))
const large = (count: number) => Array.from({ length: count }, (_, at) => hit(noise(at, 50_000)))

async function change({ url }: Pick<Listening, 'url'>, path: string, method = 'POST') {
  const answer = await (await fetch(`${url}/api/${path}`, { method })).text()
  const last = JSON.parse(answer.trim().split('\n').at(-1) ?? '')
  expect(last.error).toBeUndefined()
  return last.result
}

const health = async ({ url }: Pick<Listening, 'url'>) => (await fetch(`${url}/api/health`)).json()
const queryOf = (collector: Collector) => async (sql: string) => (await collector.query(sql)).rows

/** Segments of 512 KiB. */
const commit = { maxLogBytes: 4_194_304 }

const selectAll = [
  'SELECT session_id, seq, type, data::VARCHAR FROM events ORDER BY session_id, seq',
  'SELECT session_id, seq, code FROM rejected_events ORDER BY session_id, seq',
  `SELECT session_id, pushed::INT, stored::INT, rejected::INT, expired::INT, forgotten::INT, dropped::INT, missing::INT
    FROM ledgers ORDER BY session_id`,
]

const allOf = async (data: string) => {
  const rows: unknown[] = []
  for (const sql of selectAll) rows.push(await rowsOf(data, sql))
  return rows
}

/** A folder at rest: of what came after its backup some expired and some was judged anew, and checkpoints have covered it. */
const afterBackup = aFolderOnce(async (data) => {
  let isMended = false
  const events = defineEvents({ hit: z.custom(() => isMended) })
  const { collector, listening, stop } = await aCollector({ data, commit, events })
  const query = queryOf(collector)
  const [before, after] = [aHello(), aHello()]
  const client = await aClient(listening, before)
  await client.hello()
  isMended = true
  await client.batch(1, hits(3))
  isMended = false
  await client.batch(4, hits(2))
  const backup = await change(listening, 'backup')
  isMended = true
  await client.batch(6, hits(4))
  await change(listening, 'prune?olderThanMs=0')
  isMended = false
  await client.batch(10, hits(2))
  isMended = true
  await change(listening, 'rejudge')
  isMended = false
  const other = await aClient(listening, after)
  await other.hello()
  await other.batch(1, hits(2))
  isMended = true
  for (let batch = 0; batch < 10; batch++) await other.batch(3 + 4 * batch, large(4))
  // A checkpoint covers it, as far as the store has got.
  const keptBytes = async () => {
    await change(listening, 'prune?compact=true')
    return (await health(listening)).disk.keptLogBytes
  }
  await expect.poll(keptBytes, { timeout: 60_000 }).toBeGreaterThan(1_000_000)
  await client.batch(12, hits(1))
  await expectLedgersToAddUp(query)
  expect(await query('SELECT sum(expired)::INT, sum(rejected)::INT, sum(missing)::INT FROM ledgers')).toEqual([
    [7, 4, 0],
  ])
  await stop()
  return { backup: backup.path as string, before, after }
})

const damages: readonly (readonly [string, (file: string, data: string) => Promise<void>])[] = [
  ['has a damaged block', async (file, data) => flipInBlock(file, await aBlockOf(data, 'events', 'data'))],
  ['is overwritten', async (file) => overwrite(file, headersBytes, (await stat(file)).size - headersBytes)],
  ['is empty', (file) => truncate(file, 0)],
]

it.each(damages)('loses nothing where the database %s', async (_how, damage) => {
  const { data, before } = await afterBackup()
  const sound = await allOf(data)
  await damage(join(data, 'downlink.duckdb'), data)
  const { collector, listening, stop } = await aCollector({ data, commit })
  await expectLedgersToAddUp(queryOf(collector))
  const client = await aClient(listening, { ...before, conn: 2, next: 13, pushed: 12 })
  expect(await client.hello()).toMatchObject({ t: 'welcome', ack: 12 })
  await stop()
  expect(await allOf(data)).toEqual(sound)
  expect((await readdir(data)).filter((name) => name.includes('.corrupt-'))).not.toEqual([])
  expect(await diagnose(data)).toMatchObject({ status: 'sound' })
})

it('loses nothing where the backup is put back, or a repair puts it back', async () => {
  const { data, backup } = await afterBackup()
  const sound = await allOf(data)
  expect(await restoreBackup(backup, data, { discard: true })).toMatchObject({ lostEvents: 0, setAside: [] })
  expect(await allOf(data)).toEqual(sound)
  expect((await readdir(data)).filter((name) => /replaced|discarded/.test(name))).toEqual([])
  await flipInBlock(join(data, 'downlink.duckdb'), await aBlockOf(data, 'events', 'data'))
  expect(await repair(data)).toMatchObject({ lostEvents: 0, after: { status: 'sound' } })
  expect(await allOf(data)).toEqual(sound)
})

const cutShort: readonly (readonly [string, (file: string, backup: string) => Promise<void>])[] = [
  [
    'as the backup was copied',
    async (file) => {
      await writeFile(file, 'not a database')
      await mkdir(`${file}.rebuilding`)
      await writeFile(join(`${file}.rebuilding`, 'target.duckdb'), 'half of it')
    },
  ],
  [
    'as the files changed places',
    async (file, backup) => {
      await copyFile(join(backup, 'downlink.duckdb'), `${file}.rebuilt`)
      await rename(file, `${file}.discarded-1`)
    },
  ],
]

it.each(cutShort)('loses nothing where the backup was being put back, and that ended %s', async (_when, cut) => {
  const { data, backup } = await afterBackup()
  const sound = await allOf(data)
  await cut(join(data, 'downlink.duckdb'), backup)
  const { stop } = await aCollector({ data, commit })
  await stop()
  expect(await allOf(data)).toEqual(sound)
  expect((await readdir(data)).filter((name) => /rebuil|discarded/.test(name))).toEqual([])
})

it('saves what can be read where the log lacks something since, and takes the backup where that is nothing', async () => {
  for (const isReadable of [true, false]) {
    const { data, before } = await afterBackup()
    const file = join(data, 'downlink.duckdb')
    const [oldest = ''] = (await readdir(join(data, 'log'))).filter((name) => name.endsWith('.log')).sort()
    await truncate(join(data, 'log', oldest), 100)
    if (isReadable) await flipInBlock(file, await aBlockOf(data, 'rejected_events', 'raw'))
    else await writeFile(file, 'not a database')
    const { collector } = await aCollector({ data, commit })
    const query = queryOf(collector)
    await expectLedgersToAddUp(query)
    const [ledger] = await query(
      `SELECT stored::INT, expired::INT, missing::INT FROM ledgers WHERE session_id = '${before.session}'`,
    )
    // Of the backup are three that were stored, and of the end of the log one.
    expect(ledger).toEqual(isReadable ? [3, 7, 0] : [4, 0, 6])
  }
})

it('loses nothing where the collector was killed', async () => {
  const data = await aFolder()
  const hello = aHello()
  let next = 1
  const live = async (work: (listening: Listening) => Promise<unknown>) => {
    const collector = await startCollector(data)
    const client = await aClient(collector.listening, { ...hello, conn: next, next, pushed: next - 1 })
    expect(await client.hello()).toMatchObject({ t: 'welcome', ack: next - 1 })
    await client.batch(next, hits(3))
    next += 3
    await work(collector.listening)
    await collector.end('SIGKILL')
  }
  await live((listening) => change(listening, 'backup'))
  await live((listening) => change(listening, 'prune?compact=true'))
  await live((listening) => change(listening, 'prune?compact=true'))
  await writeFile(join(data, 'downlink.duckdb'), 'not a database')
  const { collector } = await aCollector({ data })
  const query = queryOf(collector)
  expect(await query('SELECT count(*)::INT, count(DISTINCT seq)::INT FROM events')).toEqual([[9, 9]])
  await expectLedgersToAddUp(query)
})

it('keeps no more than it is told to: of an older backup what lies between is missing', async () => {
  const { listening, data, stop } = await aCollector({ commit: { ...commit, keepLogBytes: 1_048_576 } })
  const client = await aClient(listening)
  await client.hello()
  await client.batch(1, hits(1))
  const { path } = await change(listening, 'backup')
  for (let seq = 2; seq < 34; seq += 4) {
    await client.batch(seq, large(4))
    await change(listening, 'prune?compact=true')
    await expect.poll(async () => (await health(listening)).disk.keptLogBytes).toBeLessThanOrEqual(1_048_576)
  }
  expect(await (await fetch(`${listening.url}/metrics`)).text()).toMatch(/^downlink_log_kept_bytes [1-9]/m)
  await stop()
  const { lostEvents } = await restoreBackup(path, data)
  expect(lostEvents).toBeGreaterThan(3)
  expect(lostEvents).toBeLessThan(25)
})
