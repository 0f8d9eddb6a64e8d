/** What `diagnose` finds in a data folder at rest, and what `repair` makes of it. */
import { appendFile, copyFile, cp, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { diagnose, planRepair, repair } from '@downlink/collector/doctor'
import { DuckDBInstance } from '@duckdb/node-api'
import { describe, expect, it } from 'vitest'
import { aCollectorProcess } from './collector-process.ts'
import { aBlockOf, aStoredSession, flip, flipInBlock, overwrite } from './damage.ts'
import { aClient, aCollector, aFolder } from './harness.ts'

const aLargeSession = aStoredSession(6000)
const aSessionOf3000 = aStoredSession(3000)
const aSessionOf300 = aStoredSession(300, 10)
const aSmallSession = aStoredSession(100, 10)

const faultsIn = ({ findings }: Awaited<ReturnType<typeof diagnose>>) =>
  findings.filter(({ level }) => level === 'fault').map(({ code }) => code)

/** All files of a folder, to be compared. */
async function contentOf(folder: string): Promise<ReadonlyMap<string, string>> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = names.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  return new Map(await Promise.all(files.map(async (file) => [file, (await readFile(file)).toString('hex')] as const)))
}

async function write(file: string, sql: string): Promise<void> {
  const instance = await DuckDBInstance.create(file)
  const connection = await instance.connect()
  await connection.run(sql)
  connection.closeSync()
  instance.closeSync()
}

async function newestSegment(data: string): Promise<string> {
  const names = (await readdir(join(data, 'log'))).filter((name) => name.endsWith('.log')).sort()
  return join(data, 'log', names.at(-1) ?? '')
}

describe('a folder at rest', () => {
  it('is sound after a clean end, and after a kill', async () => {
    const { data, hello } = await aSmallSession()
    expect(await diagnose(data)).toMatchObject({ status: 'sound', log: { entries: 1 } })
    const { listening, end } = await aCollectorProcess(data)
    const client = await aClient(listening, hello)
    await client.hello({ conn: 2, next: 101, pushed: 100 })
    await client.batch(101, [{ type: 'a', timestamp: 1 }])
    await fetch(`${listening.url}/api/sessions`)
    await end('SIGKILL')
    const before = await contentOf(data)
    const diagnosis = await diagnose(data)
    expect(diagnosis).toMatchObject({ status: 'sound' })
    expect(planRepair(diagnosis)).toEqual([])
    expect(await contentOf(data)).toEqual(before)
  })

  it('is left alone while a collector has it open', async () => {
    const { data } = await aCollector()
    expect(await diagnose(data)).toMatchObject({ status: 'in_use', findings: [] })
    await expect(repair(data)).rejects.toMatchObject({ code: 'data_in_use' })
  })

  it('is examined block by block, and its ledgers session by session', async () => {
    const { data, file, hello } = await aSessionOf3000()
    const seen: string[] = []
    await diagnose(data, { onProgress: (what, share) => seen.push(`${what} ${share > 0 && share <= 1}`) })
    expect(new Set(seen)).toEqual(new Set(['log true', 'database true']))
    await write(file, 'DELETE FROM events WHERE seq < 11; INSERT INTO events FROM events WHERE seq = 20')
    expect(await diagnose(data)).toMatchObject({
      status: 'damaged',
      findings: expect.arrayContaining([
        expect.objectContaining({
          code: 'ledger_fault',
          text: `The ledger of session ${hello.session} counts 3,000 stored events, and has 2991, has 1 sequence twice.`,
        }),
      ]),
    })
    await flipInBlock(file, await aBlockOf(data, 'events', 'data'))
    expect(faultsIn(await diagnose(data))).toEqual(['blocks_damaged'])
  })

  it('is told, and mended, where rows of sessions tell something else than their events come to', async () => {
    const { data, file, hello } = await aSessionOf300()
    const changes = ['error_events = 7', 'first_event = NULL', "last_event = last_event + INTERVAL '1 day'"]
    for (const change of changes) {
      await write(file, `UPDATE sessions SET ${change}`)
      const diagnosis = await diagnose(data)
      expect(diagnosis.findings.filter(({ level }) => level === 'fault')).toEqual([
        {
          code: 'summary_fault',
          level: 'fault',
          text: `What the rows of 1 session tell of their events (error_events, first_event, last_event) is not what these come to: ${hello.session}.`,
        },
      ])
      expect(planRepair(diagnosis)[0]).toBe('Sum up the events of each session anew.')
      const { after, quarantined } = await repair(data)
      expect([after.status, quarantined]).toEqual(['sound', []])
    }
  })

  it('tells damage of the log by bytes and by session, and of the database by what is wrong with it', async () => {
    const { data, file, hello } = await aSessionOf300()
    const segment = await newestSegment(data)
    await flip(segment, (await readFile(segment)).length - 5)
    const diagnosis = await diagnose(data)
    expect(diagnosis.log?.damage).toMatchObject([{ isTail: true, sessions: [hello.session] }])
    expect(faultsIn(diagnosis)).toEqual(['log_damaged'])
    await overwrite(file, 4096)
    expect(faultsIn(await diagnose(data))).toEqual(['log_damaged', 'headers_damaged', 'database_unreadable'])
    await rm(file)
    expect(faultsIn(await diagnose(data))).toEqual(['log_damaged', 'database_missing'])
  })
})

describe('a repair', () => {
  it('saves what can be read of a damaged database, tells what is gone by session, and deletes nothing', async () => {
    const { data, file, hello } = await aLargeSession()
    await rm(join(data, 'log'), { recursive: true })
    await flipInBlock(file, await aBlockOf(data, 'events', 'data'))
    const damaged = await readFile(file)
    expect(planRepair(await diagnose(data))).toHaveLength(2)
    const { quarantined, lost, lostEvents, after } = await repair(data)
    expect(after.status).toBe('sound')
    expect(lostEvents).toBeGreaterThan(0)
    expect(lost).toEqual([{ sessionId: hello.session, events: lostEvents }])
    expect(quarantined).toHaveLength(1)
    expect(damaged.equals(await readFile(quarantined[0] ?? ''))).toBe(true)
    const { collector } = await aCollector({ data })
    const [[rows] = []] = (await collector.query('SELECT count(data)::INT FROM events')).rows
    expect(rows).toBe(6000 - lostEvents)
    expect(await collector.ledger(hello.session)).toMatchObject({ stored: rows, missing: lostEvents })
  })

  it('takes from the log what the database lost, and counts each sequence once', async () => {
    const { data, file, hello } = await aSessionOf3000()
    await write(file, 'DELETE FROM events WHERE seq < 11; INSERT INTO events FROM events WHERE seq = 20')
    const { lostEvents, after } = await repair(data)
    expect([lostEvents, after.status]).toEqual([0, 'sound'])
    const { collector } = await aCollector({ data })
    const { rows } = await collector.query('SELECT count(*)::INT, count(DISTINCT seq)::INT FROM events')
    expect(rows).toEqual([[3000, 3000]])
    expect(await collector.ledger(hello.session)).toMatchObject({ stored: 3000, missing: 0, balanced: true })
  })

  it('goes on from an older copy: what neither copy nor log has is missing, by session', async () => {
    const { data, file, hello } = await aSmallSession()
    const backup = join(await aFolder(), 'backup.duckdb')
    await copyFile(file, backup)
    for (const from of [101, 111]) {
      const { listening, stop } = await aCollector({ data })
      const client = await aClient(listening, hello)
      await client.hello({ conn: from, next: from, pushed: from - 1 })
      await client.batch(
        from,
        Array.from({ length: 10 }, (_, at) => ({ type: 'a', timestamp: from + at })),
      )
      await stop()
    }
    await writeFile(file, 'something else')
    const { lost, lostEvents, quarantined } = await repair(data, { from: backup })
    expect(quarantined.map((path) => path.includes('downlink.duckdb.corrupt-'))).toEqual([true])
    expect([lost, lostEvents]).toEqual([[{ sessionId: hello.session, events: 10 }], 10])
    const { collector } = await aCollector({ data })
    expect(await collector.ledger(hello.session)).toMatchObject({ stored: 110, missing: 10 })
  })

  it('refuses a copy that can not be read, and leaves all as it was', async () => {
    const { data, file } = await aSmallSession()
    const copy = join(await aFolder(), 'copy.duckdb')
    await copyFile(file, copy)
    await truncate(copy, 5000)
    const before = await contentOf(data)
    await expect(repair(data, { from: copy })).rejects.toMatchObject({ code: 'data_unusable' })
    expect(await contentOf(data)).toEqual(before)
  })

  it('that was cut short is taken up by the next, wherever it was cut', async () => {
    const { data, file, hello } = await aSmallSession()
    const sound = await aFolder()
    await cp(data, sound, { recursive: true })
    const quarantined = `${file}.corrupt-20260101T000000000Z`
    const cuts: readonly (() => Promise<unknown>)[] = [
      // The new one is whole, and the damaged one still there.
      async () => [await copyFile(file, `${file}.rebuilt`), await overwrite(file, 0)],
      // The damaged one is quarantined.
      async () => [await rename(file, quarantined), await copyFile(join(sound, 'downlink.duckdb'), `${file}.rebuilt`)],
      // Half of the new one is written.
      async () => [await overwrite(file, 0), await cp(sound, `${file}.rebuilding`, { recursive: true })],
    ]
    for (const cut of cuts) {
      await rm(data, { recursive: true })
      await cp(sound, data, { recursive: true })
      await cut()
      expect((await diagnose(data)).status).toBe('damaged')
      const { after, lostEvents } = await repair(data)
      expect([after.status, lostEvents]).toEqual(['sound', 0])
      expect(after.database).toMatchObject({ result: { answer: { ledgers: { sessions: 1, missing: 0 } } } })
      expect((await readdir(data)).filter((name) => name.includes('.rebuil'))).toEqual([])
    }
    expect(hello.session).toBeTruthy()
  })

  it('goes on from the last checkpoint where the write-ahead log is damaged', async () => {
    const { data, file, hello } = await aSmallSession()
    const { listening, end } = await aCollectorProcess(data)
    const client = await aClient(listening, hello)
    await client.hello({ conn: 2, next: 101, pushed: 100 })
    await client.batch(101, [{ type: 'a', timestamp: 1 }])
    await fetch(`${listening.url}/api/sessions`)
    await end('SIGKILL')
    await appendFile(`${file}.wal`, Buffer.alloc(65_536))
    expect(faultsIn(await diagnose(data))).toEqual(['database_unreadable'])
    const { after, lostEvents, quarantined } = await repair(data)
    expect([after.status, lostEvents, quarantined.length]).toEqual(['sound', 0, 1])
    expect(after.database).toMatchObject({ result: { answer: { ledgers: { sessions: 1, missing: 0 } } } })
  })
})
