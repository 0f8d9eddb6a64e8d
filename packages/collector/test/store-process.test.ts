/** The store process ends, hangs or is ended: events are taken all the while, and who asks is told. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { constants, getPriority } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DuckDBInstance } from '@duckdb/node-api'
import { pino } from 'pino'
import { expect, it, onTestFinished, type TestContext, vi } from 'vitest'
import { aCollectorProcess } from './collector-process.ts'
import { aBystander, aClient, aCollector, aFolder, aHello } from './harness.ts'

const patient = { timeout: 60_000, interval: 50 }

/** The processes that one has started. */
async function childrenOf(pid: number, context: TestContext): Promise<readonly number[]> {
  if (process.platform !== 'linux') context.skip('finding a child process takes /proc, which Linux has')
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '')
  return text.split(' ').filter(Boolean).map(Number)
}

async function storePid(context: TestContext, parent: number = process.pid): Promise<number> {
  let pid: number | undefined
  await vi.waitFor(async () => {
    for (const child of await childrenOf(parent, context)) {
      const command = await readFile(`/proc/${child}/cmdline`, 'utf8').catch(() => '')
      if (command.includes('store-main')) pid = child
    }
    expect(pid).toBeDefined()
  }, patient)
  return pid ?? 0
}

/** Of each of its threads (proc(5): what follows the name in parentheses begins with the third field, nice is the 19th). */
async function prioritiesOf(pid: number): Promise<ReadonlySet<number>> {
  const threads = await readdir(`/proc/${pid}/task`)
  const stats = await Promise.all(threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/stat`, 'utf8')))
  return new Set(stats.map((stat) => Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16])))
}

const isAlive = (pid: number): Promise<boolean> =>
  readFile(`/proc/${pid}/stat`, 'utf8').then(
    (stat) => !stat.includes(') Z '),
    () => false,
  )

const ask = (url: string, sql: string, signal?: AbortSignal) =>
  fetch(`${url}/api/query`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', prefer: 'wait=60' },
    body: JSON.stringify({ sql }),
    ...(signal && { signal }),
  })

it('leaves the machine to ingest: once it serves, each of its threads has a lower priority', async (context) => {
  const { collector } = await aCollector()
  const pid = await storePid(context)
  expect((await collector.query('SELECT count(*) FROM events')).rows).toHaveLength(1)
  const lower = Math.max(getPriority(), constants.priority.PRIORITY_BELOW_NORMAL)
  await expect.poll(() => prioritiesOf(pid), patient).toEqual(new Set([lower]))
})

it('takes events while the store is killed, again and again, and has them all once it is back', async (context) => {
  const { collector, listening } = await aCollector()
  const client = await aClient(listening)
  await client.hello()
  for (let seq = 1; seq <= 40; seq++) {
    if (seq % 10 === 5) process.kill(await storePid(context), 'SIGKILL')
    expect(await client.batch(seq, [{ type: 'a', timestamp: seq }])).toMatchObject({ t: 'ack', seq })
  }
  await expect
    .poll(async () => (await collector.query('SELECT count(*)::INT, max(seq)::INT FROM events')).rows, patient)
    .toEqual([[40, 40]])
  expect(await collector.ledger(client.session)).toMatchObject({ stored: 40, balanced: true, open: true })
  const metrics = await (await fetch(`${listening.url}/metrics`)).text()
  expect(metrics).toMatch(/downlink_store_restarts_total\{reason="crash"\} \d/)
})

it('ends a query that no interrupt reaches, with its process, and refuses it the third time', async (context) => {
  const { listening, data, stop } = await aCollector({ query: { timeLimitMs: 500 } })
  const bystander = await aBystander(listening, data)
  const endless = 'SELECT count(*) FROM range(100000) a, range(100000) b WHERE a.range * b.range = 7'
  for (let time = 1; time <= 2; time++) {
    await expect.poll(async () => (await ask(listening.url, 'SELECT 1')).status, patient).toBe(200)
    const metrics = async () => (await fetch(`${listening.url}/metrics`)).text()
    await expect.poll(metrics, patient).toContain('downlink_store_reads_running 0')
    const answer = ask(listening.url, endless)
    await expect.poll(metrics, patient).toContain('downlink_store_reads_running 1')
    process.kill(await storePid(context), 'SIGSTOP')
    await bystander.say()
    const killed = await answer
    expect([killed.status, (await killed.json()).error.code]).toEqual([503, 'query_killed'])
    await bystander.say()
  }
  await expect.poll(async () => (await ask(listening.url, 'SELECT 1')).status, patient).toBe(200)
  const refused = await ask(listening.url, `${endless} -- once more`)
  expect([refused.status, (await refused.json()).error.code]).toEqual([503, 'query_killed'])
  expect((await ask(listening.url, 'SELECT 2')).status).toBe(200)
  expect(await (await fetch(`${listening.url}/metrics`)).text()).toContain('downlink_store_reads_killed_total 2')
  await stop()
  expect(await bystander.stored()).toBe(true)
})

it('finds no fault in whoever asked and left', async () => {
  const lines: string[] = []
  const { listening, stop } = await aCollector({
    logger: pino({ level: 'warn' }, { write: (line) => void lines.push(line) }),
  })
  const metrics = async () => (await fetch(`${listening.url}/metrics`)).text()
  const leaving = new AbortController()
  const answer = ask(
    listening.url,
    'SELECT count(*) FROM range(100000) a, range(100000) b WHERE a.range * b.range = 7',
    leaving.signal,
  )
  await expect.poll(metrics, patient).toContain('downlink_store_reads_running 1')
  leaving.abort()
  await expect(answer).rejects.toThrow('aborted')
  await expect.poll(metrics, patient).toContain('downlink_store_reads_running 0')
  await stop()
  expect(lines).toEqual([])
})

it('starts the store again once there is a descriptor for it, and goes on taking events', async (context) => {
  // Enough to load its modules, of which Node opens many at once.
  const descriptors = 256
  const { listening, pid, log } = await aCollectorProcess(await aFolder(), { descriptors })
  const client = await aClient(listening)
  await client.hello()
  const store = await storePid(context, pid)
  const idle = Array.from({ length: descriptors + 16 }, () => connect(Number(new URL(listening.url).port), '127.0.0.1'))
  for (const socket of idle) socket.on('error', () => {})
  await Promise.race(idle.map((socket) => once(socket, 'close')))
  process.kill(store, 'SIGKILL')
  await expect.poll(log, patient).toContain('not_started')
  expect(await client.batch(1, [{ type: 'a', timestamp: 1 }])).toMatchObject({ t: 'ack', seq: 1 })
  for (const socket of idle) socket.destroy()
  await expect.poll(async () => (await ask(listening.url, 'SELECT 1')).status, patient).toBe(200)
})

it('stores what comes, also where what is stored can not be counted', async () => {
  const first = await aCollector()
  const before = await aClient(first.listening)
  await before.hello()
  await before.batch(1, [{ type: 'a', timestamp: 1 }])
  await first.stop()
  const instance = await DuckDBInstance.create(join(first.data, 'downlink.duckdb'))
  const connection = await instance.connect()
  await connection.run(`UPDATE sessions SET rejected = '"damaged"'`)
  connection.closeSync()
  instance.closeSync()
  const { collector, listening } = await aCollector({ data: first.data })
  const client = await aClient(listening)
  await client.hello()
  await client.batch(1, [{ type: 'b', timestamp: 1 }])
  const types = async () => (await collector.query('SELECT type FROM events ORDER BY type')).rows
  await expect.poll(types, patient).toEqual([['a'], ['b']])
})

it('is reached again after something has cleaned the temporary folder', async () => {
  const { listening, data } = await aCollector()
  const { socket } = JSON.parse(await readFile(join(data, 'log', 'owner'), 'utf8'))
  await rm(dirname(socket), { recursive: true })
  await expect.poll(async () => (await ask(listening.url, 'SELECT 1')).status, patient).toBe(200)
})

it('knows who is new while the store is away, and who is not', async (context) => {
  const { collector, listening } = await aCollector()
  const known = aHello()
  const before = await aClient(listening, known)
  await before.hello()
  await before.batch(1, [{ type: 'a', timestamp: 1 }])
  before.ws.close()
  await before.closed
  process.kill(await storePid(context), 'SIGSTOP')
  const fresh = await aClient(listening)
  expect(await fresh.hello()).toMatchObject({ t: 'welcome', ack: 0 })
  expect(await fresh.batch(1, [{ type: 'b', timestamp: 1 }])).toMatchObject({ t: 'ack', seq: 1 })
  const back = await aClient(listening, known)
  expect(await back.hello({ conn: 2, next: 2, pushed: 2 })).toMatchObject({ t: 'welcome', ack: 1 })
  expect(await back.batch(2, [{ type: 'a', timestamp: 2 }])).toMatchObject({ t: 'ack', seq: 2 })
  process.kill(await storePid(context), 'SIGKILL')
  await expect
    .poll(
      async () => (await collector.query('SELECT type, count(*)::INT FROM events GROUP BY type ORDER BY type')).rows,
      patient,
    )
    .toEqual([
      ['a', 2],
      ['b', 1],
    ])
  expect(await fresh.batch(2, [{ type: 'b', timestamp: 2 }])).toMatchObject({ t: 'ack', seq: 2 })
})

it('leaves no process behind when it is killed', async (context) => {
  const { end, pid } = await aCollectorProcess(await aFolder())
  const store = await storePid(context, pid)
  expect(await isAlive(store)).toBe(true)
  await end('SIGKILL')
  await expect.poll(() => isAlive(store), patient).toBe(false)
})

it('ends with its collector while its main thread is held', async (context) => {
  const { end, pid, listening } = await aCollectorProcess(await aFolder())
  const store = await storePid(context, pid)
  const answer = ask(listening.url, 'SELECT count(*) FROM range(100000) a, range(100000) b WHERE a.range * b.range = 7')
  answer.catch(() => {})
  await end('SIGKILL')
  await expect.poll(() => isAlive(store), patient).toBe(false)
})

const guarded = `
  import { Worker } from 'node:worker_threads'
  const [thread, maxResidentBytes] = process.argv.slice(1)
  const guard = new Worker(thread, { workerData: { lifeline: 4, maxResidentBytes: Number(maxResidentBytes) }, execArgv: [] })
  guard.once('online', () => {
    for (;;) {}
  })
`

it('ends itself beyond its memory, and says so, whatever its main thread does', async () => {
  const thread = fileURLToPath(new URL('../dist/store-process/guard-thread.js', import.meta.url))
  const child = spawn(process.execPath, ['--input-type=module', '--eval', guarded, thread, '1000'], {
    stdio: ['ignore', 'pipe', 'inherit', 'ignore', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let said = ''
  child.stdio[4]?.on('data', (text) => {
    said += text
  })
  const [, signal] = await once(child, 'close')
  expect([said, signal]).toEqual(['m', 'SIGKILL'])
})
