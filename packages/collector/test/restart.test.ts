/** What is left after a collector was killed, and what it makes of a damaged folder. */
import { existsSync } from 'node:fs'
import { appendFile, cp, mkdir, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { CollectorError, createCollector } from '@downlink/collector'
import { describe, expect, it } from 'vitest'
import { aCollectorProcess } from './collector-process.ts'
import { overwrite } from './damage.ts'
import { aClient, aCollector, aFolder, aFolderOnce, aHello, rowsOf } from './harness.ts'

const event = (n: number) => ({ type: 'a', timestamp: n, data: { n } })

it('has everything it acknowledged after SIGKILL, and committed sequences that agree with it', async () => {
  const data = await aFolder()
  const hello = aHello()
  let acked = 0
  let next = 1
  for (let life = 1; life <= 3; life++) {
    const { listening, end } = await aCollectorProcess(data)
    const client = await aClient(listening, hello)
    const welcome = await client.hello({ conn: life, next: acked + 1, pushed: next - 1 })
    if (welcome.t !== 'welcome') throw new Error('Expected a welcome')
    expect(welcome.ack).toBeGreaterThanOrEqual(acked)
    acked = welcome.ack
    next = acked + 1
    for (let i = 0; i < 20; i++) {
      client.send({
        t: 'batch',
        seq: next,
        pushed: next + 9,
        events: Array.from({ length: 10 }, (_, j) => event(next + j)),
      })
      next += 10
    }
    const ack = await client.next()
    if (ack.t === 'ack') acked = ack.seq
    expect(await end('SIGKILL')).toBeNull()
  }
  const last = await aCollectorProcess(data)
  // What the store has not read from the log when it ends is read at the next start.
  await (await fetch(`${last.listening.url}/api/events`, { headers: { prefer: 'wait=60' } })).json()
  expect(await last.end('SIGTERM')).toBe(0)
  const [row] = await rowsOf(
    data,
    `SELECT (SELECT committed_seq FROM sessions)::INT, (SELECT stored FROM sessions)::INT,
      count(*)::INT, count(DISTINCT seq)::INT, max(seq)::INT, bool_and(seq = ts.epoch_ms()) FROM events`,
  )
  const [committedSeq] = row ?? []
  expect(row).toEqual([committedSeq, committedSeq, committedSeq, committedSeq, committedSeq, true])
  expect(committedSeq).toBeGreaterThanOrEqual(acked)
})

it('deletes at its start what a crash has left of files that were being written or discarded, and nothing else', async () => {
  const data = await aFolder()
  const draft = '.downlink-1b4e28ba-2fa1-11d2.tmp'
  const left = [
    draft,
    join('log', draft),
    join('questions', draft),
    'downlink.duckdb.discarded-1',
    'downlink.duckdb.discarded-1.wal',
  ]
  const theirs = ['notes.tmp', join('questions', 'mine.sql'), 'downlink.duckdb.replaced-1', join('log', 'theirs.tmp')]
  for (const name of [...left, ...theirs]) {
    await mkdir(dirname(join(data, name)), { recursive: true })
    await writeFile(join(data, name), 'SELECT 1')
  }
  await aCollector({ data })
  const names = await readdir(data, { recursive: true })
  expect(names.filter((name) => left.includes(name))).toEqual([])
  expect(names).toEqual(expect.arrayContaining(theirs))
})

it('tells Git to ignore its folder, where nobody has said otherwise', async () => {
  const { data, stop } = await aCollector()
  const path = join(data, '.gitignore')
  expect(await readFile(path, 'utf8')).toBe('*\n')
  await stop()
  await writeFile(path, 'exports/\n')
  await aCollector({ data })
  expect(await readFile(path, 'utf8')).toBe('exports/\n')
})

it('refuses a folder that another collector has open', async () => {
  const { data } = await aCollector()
  const second = createCollector({ data, logger: false })
  await expect(second.listen({ port: 0 })).rejects.toMatchObject({
    code: 'data_in_use',
    message: expect.stringContaining('stop the other collector'),
  })
})

it('opens a copy of a folder that another collector has open', async () => {
  const { data } = await aCollector()
  const copy = await aFolder()
  await cp(data, copy, { recursive: true })
  const { listening } = await aCollector({ data: copy })
  expect((await fetch(`${listening.url}/healthz`)).status).toBe(200)
})

it('removes the sockets of one that was killed, and nothing beside them', async () => {
  const data = await aFolder()
  const killed = await aCollectorProcess(data)
  const { socket } = JSON.parse(await readFile(join(data, 'log', 'owner'), 'utf8'))
  await killed.end('SIGKILL')
  expect(existsSync(socket)).toBe(true)
  await aCollector({ data })
  expect(existsSync(dirname(socket))).toBe(false)
})

it('says so where the log belongs to nobody who can be read', async () => {
  const data = await aFolder()
  await mkdir(join(data, 'log', 'owner'), { recursive: true })
  const collector = createCollector({ data, logger: false })
  await expect(collector.listen({ port: 0 })).rejects.toMatchObject({ code: 'data_unusable' })
})

it('ends where another has opened its log, and says so', async () => {
  const { collector, listening, data } = await aCollector()
  const client = await aClient(listening)
  await client.hello()
  await writeFile(join(data, 'log', 'owner'), 'another')
  await expect(client.batch(1, [{ type: 'a', timestamp: 1 }])).rejects.toThrow('1013')
  expect(await collector.closed).toMatchObject({ code: 'data_in_use' })
})

it('says so where the folder cannot be used, and touches nothing', async () => {
  const data = await aFolder()
  await mkdir(join(data, 'downlink.duckdb'))
  const collector = createCollector({ data, logger: false })
  // Where the machine is slow, it listens before it finds out.
  const reason = await collector.listen({ port: 0 }).then(
    () => collector.closed,
    (error: unknown) => error,
  )
  expect(reason).toBeInstanceOf(CollectorError)
  const names = (await readdir(data)).filter((name) => name !== 'age-clock.json')
  expect(names.sort()).toEqual(['.gitignore', 'downlink.duckdb', 'exports', 'log'])
  expect(await readdir(join(data, 'downlink.duckdb'))).toEqual([])
})

const patient = { timeout: 60_000, interval: 100 }

interface Damage {
  do(files: {
    readonly data: string
    readonly file: string
    readonly wal: string
    readonly segment: string
  }): Promise<void>
  readonly quarantined: readonly string[]
  readonly stored: number
}

/**
 * How a folder is damaged, what is quarantined, and how many are left of 5 events that only the database's file has, and 5
 * more that are in the log, too.
 */
const damages: Record<string, Damage> = {
  nothing: { do: async () => {}, quarantined: [], stored: 10 },
  'a torn tail of the write-ahead log': {
    do: async ({ wal }) => truncate(wal, (await stat(wal)).size - 3),
    quarantined: [],
    stored: 10,
  },
  'a write-ahead log of zero length': { do: ({ wal }) => truncate(wal, 0), quarantined: [], stored: 10 },
  'a bad checksum in the write-ahead log': {
    do: async ({ wal }) => overwrite(wal, (await stat(wal)).size / 2),
    quarantined: ['wal'],
    stored: 10,
  },
  'a write-ahead log that begins with garbage': {
    do: ({ wal }) => overwrite(wal, 0),
    quarantined: ['wal'],
    stored: 10,
  },
  'zeros after the write-ahead log': {
    do: ({ wal }) => appendFile(wal, Buffer.alloc(65_536)),
    quarantined: ['wal'],
    stored: 10,
  },
  'a write-ahead log without its file': { do: ({ file }) => rm(file), quarantined: ['wal'], stored: 5 },
  'a file of zero length': { do: ({ file }) => truncate(file, 0), quarantined: ['file', 'wal'], stored: 5 },
  'a file cut short': { do: ({ file }) => truncate(file, 5000), quarantined: ['file', 'wal'], stored: 5 },
  'a bad first header': { do: ({ file }) => overwrite(file, 0), quarantined: ['file', 'wal'], stored: 10 },
  'one bad header of two': { do: ({ file }) => overwrite(file, 4096), quarantined: ['file', 'wal'], stored: 10 },
  'both bad headers': { do: ({ file }) => overwrite(file, 4096, 8192), quarantined: ['file', 'wal'], stored: 10 },
  'a file that is something else': {
    do: ({ file }) => writeFile(file, 'hello'),
    quarantined: ['file', 'wal'],
    stored: 5,
  },
  'no log': { do: ({ data }) => rm(join(data, 'log'), { recursive: true }), quarantined: [], stored: 10 },
  'a log of zero length': { do: ({ segment }) => truncate(segment, 0), quarantined: [], stored: 10 },
  'a torn tail of the log, and no database': {
    async do({ file, wal, segment }) {
      await truncate(segment, (await stat(segment)).size - 3)
      await Promise.all([rm(file), rm(wal)])
    },
    quarantined: [],
    stored: 4,
  },
  'damage in the midst of the log, and no database': {
    async do({ file, wal, segment }) {
      await overwrite(segment, (await stat(segment)).size / 2, 1)
      await Promise.all([rm(file), rm(wal)])
    },
    quarantined: [],
    stored: 4,
  },
}

describe('after damage', () => {
  const hello = aHello()

  // A clean end moves everything into the file, a kill leaves it in the logs.
  const aSoundFolder = aFolderOnce(async (sound) => {
    for (const [from, signal] of [
      [1, 'SIGTERM'],
      [6, 'SIGKILL'],
    ] as const) {
      const { listening, end } = await aCollectorProcess(sound)
      const client = await aClient(listening, hello)
      await client.hello({ conn: from, next: from, pushed: from - 1 })
      for (let seq = from; seq < from + 5; seq++) await client.batch(seq, [event(seq)])
      // The store has followed.
      await fetch(`${listening.url}/api/sessions`)
      await end(signal)
    }
    return {}
  })

  it.each(Object.entries(damages))('%s', async (_name, { do: damage, quarantined, stored }) => {
    const { data } = await aSoundFolder()
    const file = join(data, 'downlink.duckdb')
    const segments = (await readdir(join(data, 'log'))).filter((name) => name.endsWith('.log'))
    const segment = segments.sort().at(-1) ?? ''
    await damage({ data, file, wal: `${file}.wal`, segment: join(data, 'log', segment) })
    const { listening, log, end } = await aCollectorProcess(data)
    const client = await aClient(listening, hello)
    const welcome = await client.hello({ conn: 9, next: 11, pushed: 10 })
    expect(welcome).toMatchObject({ ack: 10 })
    expect(await client.batch(11, [event(11)], 11)).toMatchObject({ t: 'ack', seq: 11 })
    // Events are taken while the database is looked at.
    await expect.poll(async () => (await fetch(`${listening.url}/readyz`)).text(), patient).toContain('"reads":"ok"')
    const found = (await readdir(data)).filter((name) => name.includes('.corrupt-'))
    expect(found.map(kindOf).sort()).toEqual(quarantined)
    expect(/CORRUPT DATA|DAMAGED and is rebuilt/.test(log())).toBe(quarantined.length > 0)
    // What it took after the damage is there the next time, and what is gone is told.
    await end('SIGKILL')
    const again = await aCollector({ data })
    const back = await aClient(again.listening, hello)
    expect(await back.hello({ conn: 10, next: 12, pushed: 11 })).toMatchObject({ ack: 11 })
    await expect
      .poll(async () => (await fetch(`${again.listening.url}/readyz`)).text(), patient)
      .toContain('"reads":"ok"')
    expect(await again.collector.ledger(hello.session)).toMatchObject({ stored: stored + 1, missing: 10 - stored })
    const { rows } = await again.collector.query('SELECT count(DISTINCT seq)::INT, count(*)::INT FROM events')
    expect(rows).toEqual([[stored + 1, stored + 1]])
  })
})

const kindOf = (name: string) => (name.includes('.wal') ? 'wal' : 'file')
