/** A session that is forgotten leaves numbers, and no file of the data folder holds anything else of it. */
import { appendFile, copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Collector, Listening } from '@downlink/collector'
import { diagnose, repair } from '@downlink/collector/doctor'
import { expect, it } from 'vitest'
import { changeDatabase } from './change-database.ts'
import { aClient, aCollector, aFolder, aHello, onceStored, post } from './harness.ts'
import { expectLedgersToAddUp } from './ledger-equation.ts'

/** All text of the player has it. */
const secret = 'Ada-7f3a91c2'
const events = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ type: 'said', timestamp: at, data: { text: `${secret} ${at}` } }))
/** In a level that she gave her name, and then under another name. */
const renamed = (count: number) =>
  events(count).map((event, at) =>
    at === 0 ? { ...event, context: { level: secret } } : { ...event, labels: { player: `${secret} ${at}` } },
  )

const queryOf = (collector: Collector) => async (sql: string) => (await collector.query(sql)).rows

/** Compressed text can't be found by its bytes, even where it is there. */
const rewriteUncompressed = `SET force_compression = 'uncompressed';
  CREATE TABLE copied AS FROM events; DELETE FROM events; INSERT INTO events FROM copied; DROP TABLE copied; CHECKPOINT`

/** Each text of a row, one by one: no column holds it that nobody thought of. */
async function rowsWithSecret(query: ReturnType<typeof queryOf>): Promise<readonly string[]> {
  const found: string[] = []
  for (const table of ['events', 'rejected_events', 'sessions', 'label_history']) {
    const [[rows] = []] = await query(
      `SELECT count(*)::INT FROM ${table} AS one WHERE contains(one::VARCHAR, '${secret}')`,
    )
    if (rows !== 0) found.push(`${table}: ${rows}`)
  }
  return found
}

/** The folder of a player of 4 events and a rejected one, whose text is in all that a folder may have, and of somebody else. */
async function aFolderOfAda() {
  const data = await aFolder()
  const ada = aHello({ meta: { labels: { player: secret }, build: secret } })
  const other = aHello({ meta: { labels: { player: 'Bob' } } })
  const { listening, stop } = await aCollector({ data })
  const client = await aClient(listening, ada)
  await client.hello()
  await client.batch(1, [...renamed(4), { type: 7, data: secret }])
  const bystander = await aClient(listening, other)
  await bystander.hello()
  await bystander.batch(1, [{ type: 'said', timestamp: 1, data: 'Bob' }])
  await stop()
  await changeDatabase(data, rewriteUncompressed)
  await writeFile(join(data, 'downlink.duckdb.corrupt-1'), secret)
  await writeFile(join(data, 'downlink.duckdb.replaced-1'), secret)
  await mkdir(join(data, 'unstorable'))
  await writeFile(join(data, 'unstorable', `${ada.session}-9.json`), secret)
  await writeFile(join(data, 'unstorable', `${ada.session}-1-9.json`), 'of a session whose id begins with hers')
  const [segment = ''] = (await readdir(join(data, 'log')))
    .filter((name) => name.endsWith('.log'))
    .sort()
    .reverse()
  await appendFile(join(data, 'log', segment), `damaged ${secret}`)
  return { data, ada, other }
}

/** A collector with a session of four events. */
async function aSession() {
  const running = await aCollector()
  const client = await aClient(running.listening, aHello({ meta: { labels: { player: secret } } }))
  await client.hello()
  await client.batch(1, events(4))
  return running
}

/** Names of the files that hold the player's text. */
async function filesWithSecret(data: string): Promise<readonly string[]> {
  const names = await readdir(data, { recursive: true, withFileTypes: true })
  const found = await Promise.all(
    names
      .filter((entry) => entry.isFile())
      .map(async ({ parentPath, name }) => {
        // A collector that runs replaces its small files.
        const content = await readFile(join(parentPath, name)).catch(ignoreGone)
        return content.includes(secret) ? [name] : []
      }),
  )
  return found.flat()
}

function ignoreGone(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return ''
  throw error
}

async function ask({ url }: Pick<Listening, 'url'>, method: string, path: string) {
  const response = await fetch(`${url}/api/${path}`, { method })
  const lines = (await response.text()).trim().split('\n')
  return { status: response.status, last: JSON.parse(lines.at(-1) ?? '') }
}

const selectCounts = `SELECT ledgers.stored, ledgers.forgotten, ledgers.rejected, balanced, labels IS NULL AND build IS NULL
  FROM ledgers JOIN sessions USING (session_id) ORDER BY ledgers.pushed`

it('is gone from database, log, quarantined files, texts and kept answers, and stays so after the next start', async () => {
  const { data, ada } = await aFolderOfAda()
  const { collector, listening, stop } = await aCollector({ data })
  const query = queryOf(collector)
  const client = await aClient(listening, { ...ada, conn: 2, next: 6, pushed: 5 })
  expect(await client.hello()).toMatchObject({ ack: 5 })
  await client.batch(6, events(2))
  const kept = () =>
    fetch(`${listening.url}/api/query`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'cache-control': 'max-age=600', ...onceStored },
      body: JSON.stringify({ sql: 'SELECT data FROM events' }),
    }).then((response) => response.text())
  expect(await kept()).toContain(secret)
  expect(await filesWithSecret(data)).toEqual(
    expect.arrayContaining([
      'downlink.duckdb',
      'downlink.duckdb.corrupt-1',
      'downlink.duckdb.replaced-1',
      `${ada.session}-9.json`,
      expect.stringMatching(/\.log$/),
    ]),
  )
  expect(await rowsWithSecret(query)).toEqual(['events: 6', 'rejected_events: 1', 'sessions: 1', 'label_history: 5'])
  const { status, last } = await ask(listening, 'DELETE', `sessions/${ada.session}`)
  expect(await rowsWithSecret(query)).toEqual([])
  expect([status, last.error]).toEqual([200, undefined])
  expect(last.result).toMatchObject({ sessions: 1, events: 6, rejected: 1 })
  expect(last.result.files).toEqual(
    expect.arrayContaining([
      'downlink.duckdb.corrupt-1',
      'downlink.duckdb.replaced-1',
      join('unstorable', `${ada.session}-9.json`),
    ]),
  )
  expect(await filesWithSecret(data)).toEqual([])
  expect(await readdir(join(data, 'unstorable'))).toEqual([`${ada.session}-1-9.json`])
  expect(await kept()).not.toContain(secret)
  expect(await query(selectCounts)).toEqual([
    [1, 0, 0, true, false],
    [0, 6, 1, true, true],
  ])
  await expectLedgersToAddUp(query)
  expect(await (await fetch(`${listening.url}/metrics`)).text()).toContain('downlink_events_forgotten_total 6')
  await stop()
  expect(await filesWithSecret(data)).toEqual([])
  expect(await diagnose(data)).toMatchObject({ status: 'sound' })
})

it('is gone from the log that was kept since the last backup, which is put back by nobody unasked', async () => {
  const { data, ada } = await aFolderOfAda()
  const backups = await aFolder()
  const keepBackupsMs = 30 * 86_400_000
  const options = { data, backups, commit: { maxLogBytes: 1_048_576 }, retention: { keepBackupsMs } }
  const first = await aCollector(options)
  const client = await aClient(first.listening, { ...ada, conn: 2, next: 6, pushed: 5 })
  await client.hello()
  expect(await ask(first.listening, 'POST', 'backup')).toMatchObject({ last: { result: { removed: [] } } })
  for (let seq = 6; seq < 1006; seq += 200) await client.batch(seq, events(200))
  await first.stop()
  const { collector, listening, stop } = await aCollector(options)
  const kept = async () => (await (await fetch(`${listening.url}/api/health`)).json()).disk.keptLogBytes
  const keptOnceCovered = async () => {
    await ask(listening, 'POST', 'prune?compact=true')
    return kept()
  }
  await expect.poll(keptOnceCovered, { timeout: 60_000 }).toBeGreaterThan(0)
  const { last } = await ask(listening, 'DELETE', `sessions/${ada.session}`)
  expect(last.result).toMatchObject({ sessions: 1, events: 1004, backups: [{ deletedAfter: 7, expectedAt: null }] })
  const [{ path, at, deletedAt }] = last.result.backups
  expect([path.startsWith(backups), deletedAt - at]).toEqual([true, keepBackupsMs])
  expect([await filesWithSecret(data), await kept()]).toEqual([[], 0])
  await expectLedgersToAddUp(queryOf(collector))
  await stop()
  await writeFile(join(data, 'downlink.duckdb'), 'not a database')
  const again = await aCollector(options)
  expect(await queryOf(again.collector)("SELECT count(*)::INT FROM events WHERE data->>'text' IS NOT NULL")).toEqual([
    [0],
  ])
  expect(await filesWithSecret(data)).toEqual([])
})

it('is refused when it comes back, over a socket and by POST, also after a start; others go on', async () => {
  const { data, ada, other } = await aFolderOfAda()
  const first = await aCollector({ data })
  const open = await aClient(first.listening, { ...ada, conn: 2, next: 6, pushed: 5 })
  await open.hello()
  await ask(first.listening, 'DELETE', `sessions/${ada.session}`)
  expect(await open.closed).toMatchObject({ code: 1013 })
  const expectRefusal = async (listening: Listening) => {
    const again = await aClient(listening, { ...ada, conn: 3, next: 6, pushed: 5 })
    await again.hello().catch(() => {})
    expect(await again.closed).toMatchObject({ code: 4403, reason: expect.stringContaining('was forgotten') })
    const { session, proof, now } = ada
    const body = { t: 'batch', session, proof, conn: 4, next: 6, pushed: 6, now, seq: 6, events: events(1) }
    const response = await post(listening, body)
    expect([response.status, (await response.json()).error.code]).toEqual([403, 'session_forgotten'])
  }
  await expectRefusal(first.listening)
  await first.stop()
  const second = await aCollector({ data })
  await expectRefusal(second.listening)
  const bystander = await aClient(second.listening, { ...other, conn: 2, next: 2, pushed: 1 })
  expect(await bystander.hello()).toMatchObject({ t: 'welcome', ack: 1 })
  await expectLedgersToAddUp(queryOf(second.collector))
  expect(await filesWithSecret(data)).toEqual([])
})

it('starts anew where the collector is told so: what it sends from then on is stored, and nothing of before comes back', async () => {
  const { data, ada } = await aFolderOfAda()
  const file = join(data, 'downlink.duckdb')
  await copyFile(file, `${file}.older`)
  const first = await aCollector({ data, forgottenSessions: 'restart' })
  await ask(first.listening, 'DELETE', `sessions/${ada.session}`)
  expect(await filesWithSecret(data)).toEqual(['downlink.duckdb.older'])
  const meta = { labels: { player: 'Ada' }, build: 'b8' }
  const stranger = await aClient(first.listening, { ...ada, proof: aHello().proof, conn: 2, next: 6, pushed: 5 })
  await stranger.hello().catch(() => {})
  expect(await stranger.closed).toMatchObject({ code: 4403, reason: expect.not.stringContaining('forgotten') })
  const back = await aClient(first.listening, { ...ada, meta, conn: 3, next: 6, pushed: 5 })
  expect(await back.hello()).toMatchObject({ t: 'welcome', ack: 5 })
  const said = { type: 'said', timestamp: 1, data: 'new' }
  expect(await back.batch(6, [said])).toMatchObject({ t: 'ack', seq: 6 })
  const { session, proof, now } = ada
  const body = { t: 'batch', session, proof, conn: 3, next: 7, pushed: 7, now, seq: 7, events: [said] }
  expect((await post(first.listening, body)).status).toBe(200)
  const select = `SELECT ledger.stored, ledger.forgotten, ledger.rejected, balanced, forgotten_at IS NULL, labels->>'player', build
    FROM ledgers AS ledger JOIN sessions USING (session_id) WHERE session_id = '${session}'`
  const expected = [[2, 4, 1, true, true, 'Ada', 'b8']]
  expect(await queryOf(first.collector)(select)).toEqual(expected)
  await expectLedgersToAddUp(queryOf(first.collector))
  await first.stop()
  await rm(`${file}.older`)
  expect(await diagnose(data)).toMatchObject({ status: 'sound' })
  // A database that lost the session takes it from the log, and one that is told to refuse takes a session that restarted.
  await changeDatabase(data, 'DELETE FROM sessions')
  expect((await repair(data)).after.status).toBe('sound')
  const second = await aCollector({ data })
  const again = await aClient(second.listening, { ...ada, meta, conn: 4, next: 8, pushed: 7 })
  expect(await again.hello()).toMatchObject({ t: 'welcome', ack: 7 })
  expect(await queryOf(second.collector)(select)).toEqual(expected)
})

it('picks sessions by a condition, counts them first, and refuses what is none', async () => {
  const { data } = await aFolderOfAda()
  const { collector, listening } = await aCollector({ data })
  const where = encodeURIComponent(`labels->>'player' = '${secret}' -- hers`)
  expect(await ask(listening, 'POST', `forget?where=${where}&dryRun=true`)).toMatchObject({
    last: { result: { sessions: 1, events: 4 } },
  })
  expect(await queryOf(collector)('SELECT sum(forgotten)::INT FROM ledgers')).toEqual([[0]])
  expect(await ask(listening, 'POST', `forget?where=${where}`)).toMatchObject({
    last: { result: { sessions: 1, events: 4, rejected: 1 } },
  })
  expect(await filesWithSecret(data)).toEqual([])
  expect(await ask(listening, 'POST', 'forget?where=nonsense')).toMatchObject({ status: 400 })
  expect(await ask(listening, 'POST', 'forget?where=')).toMatchObject({
    status: 400,
    last: { error: { message: 'Expected `where` to be a condition in SQL of 1 to 8000 characters, got ""' } },
  })
  expect(await ask(listening, 'POST', 'forget')).toMatchObject({ status: 400 })
  expect(await ask(listening, 'DELETE', 'sessions/nobody')).toMatchObject({ status: 404 })
})

it('leaves nothing of a verification, not even numbers, also after the next start', async () => {
  const { data } = await aFolderOfAda()
  const first = await aCollector({ data })
  const client = await aClient(first.listening, aHello({ meta: { labels: { downlink_verify: 'run' } } }))
  await client.hello()
  await client.batch(1, events(3))
  const where = encodeURIComponent("labels->>'downlink_verify' = 'run'")
  const { last } = await ask(first.listening, 'POST', `forget?where=${where}`)
  expect(last.result).toMatchObject({ sessions: 1, events: 3 })
  const selectSessions = 'SELECT count(*)::INT, sum(forgotten)::INT FROM sessions'
  expect(await queryOf(first.collector)(selectSessions)).toEqual([[2, 0]])
  await first.stop()
  const { collector } = await aCollector({ data })
  expect(await queryOf(collector)(selectSessions)).toEqual([[2, 0]])
  await expectLedgersToAddUp(queryOf(collector))
})

const moreThanOne = [
  'false) UNION ALL SELECT session_id, stored FROM (FROM sessions',
  "false) UNION ALL SELECT 'x', 1 --",
  'false UNION ALL SELECT session_id, stored FROM sessions',
  'true) -- ',
  'true) /*',
  'true; DROP TABLE events',
  'true ORDER BY 1',
  'true LIMIT 1',
  "getenv('HOME') IS NULL",
]

it('takes for a condition nothing that is more, or calls what no query may', async () => {
  const { listening, collector } = await aSession()
  for (const where of moreThanOne) {
    const { status, last } = await ask(listening, 'POST', `forget?where=${encodeURIComponent(where)}`)
    expect([status, last], where).toEqual([
      expect.toBeOneOf([400, 403]),
      { error: { code: expect.toBeOneOf(['bad_sql', 'forbidden_sql']), message: expect.any(String) } },
    ])
  }
  expect(await queryOf(collector)('SELECT sum(stored)::INT, sum(forgotten)::INT FROM ledgers')).toEqual([[4, 0]])
})

it('takes a condition with brackets in quotes and comments for what it is', async () => {
  const { listening } = await aSession()
  for (const where of ["labels->>'player' <> ')' /* ) */", "labels->>'player' <> ')' -- )", '(((true)))']) {
    const { last } = await ask(listening, 'POST', `forget?where=${encodeURIComponent(where)}&dryRun=true`)
    expect(last.result).toMatchObject({ sessions: 1, events: 4 })
  }
})

it('is forgotten to the end by the next start, where the process ended in its midst', async () => {
  const { data, ada } = await aFolderOfAda()
  await writeFile(join(data, 'forgetting.json'), JSON.stringify([ada.session]))
  const { collector } = await aCollector({ data })
  await expect.poll(async () => readdir(data), { timeout: 60_000, interval: 200 }).not.toContain('forgetting.json')
  expect(await filesWithSecret(data)).toEqual([])
  await expectLedgersToAddUp(queryOf(collector))
})

it('is not kept from it by the note of an earlier end that was cut short itself', async () => {
  const { data, ada } = await aFolderOfAda()
  await writeFile(join(data, 'forgetting.json'), '["torn')
  const { listening } = await aCollector({ data })
  const { last } = await ask(listening, 'DELETE', `sessions/${ada.session}`)
  expect(last.result).toMatchObject({ sessions: 1, events: 4 })
  expect(await filesWithSecret(data)).toEqual([])
  expect((await readdir(data)).filter((name) => name.startsWith('forgetting'))).toEqual([])
})

it('is forgotten while others send without a pause', async () => {
  const { data, ada, other } = await aFolderOfAda()
  const { collector, listening } = await aCollector({ data })
  const bystander = await aClient(listening, { ...other, conn: 2, next: 2, pushed: 1 })
  await bystander.hello()
  let isOver = false
  let said = 1
  const saying = (async () => {
    while (!isOver) await bystander.batch(++said, [{ type: 'said', timestamp: said, data: 'Bob' }])
  })()
  const { last } = await ask(listening, 'DELETE', `sessions/${ada.session}`)
  isOver = true
  await saying
  expect(last).toMatchObject({ result: { sessions: 1, events: 4 } })
  expect(await filesWithSecret(data)).toEqual([])
  await expectLedgersToAddUp(queryOf(collector))
})
