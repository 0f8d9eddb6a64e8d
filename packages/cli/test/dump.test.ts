/** `downlink dump`: whole files or none, kept once they can't change, and exactly what is stored. */
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { asked, fixture, freshFolder, post, run, serve, start } from './run-command.ts'

const read = (sql: string) => asked(':memory:', sql)

/** A folder at rest with events of 5, 6 and 8 January, so that nothing was received on the 7th. */
async function threeDays(): Promise<string> {
  const collector = await serve()
  await post(
    collector.url,
    Array.from({ length: 30 }, (_, height) => ({ type: height % 3 ? 'jumped' : 'Fell/Down', data: { height } })),
  )
  await stop(collector)
  await asked(
    join(collector.data, 'downlink.duckdb'),
    `UPDATE events SET received_at = TIMESTAMP '2026-01-05 23:59:59.999999' + to_microseconds(seq - 1)
       + CASE WHEN seq > 20 THEN INTERVAL 2 DAY ELSE INTERVAL 0 DAY END`,
  )
  return collector.data
}

async function stop({ child, exitCode }: { child: { kill(signal: 'SIGTERM'): unknown }; exitCode: Promise<unknown> }) {
  child.kill('SIGTERM')
  await exitCode
}

const files = async (folder: string) => (await readdir(folder)).filter((name) => !name.startsWith('.')).sort()

const days = ['05', '06', '07', '08'].map((day) => `events-2026-01-${day}.parquet`)

it('writes a file a day, an empty one where there was nothing, and keeps them', async () => {
  const data = await threeDays()
  const out = join(freshFolder(), 'dump')
  const first = await run(['dump', '--data', data, '--out', out, '--json'])
  expect(first.exitCode, first.stderr).toBe(0)
  const summary = JSON.parse(first.stdout)
  expect(summary).toMatchObject({ out, rows: 30, cut: [] })
  expect(summary.files.map(({ name, rows, status, isClosed }: never) => [name, rows, status, isClosed])).toEqual([
    [days[0], 1, 'written', true],
    [days[1], 19, 'written', true],
    [days[2], 0, 'written', true],
    [days[3], 10, 'written', true],
  ])
  expect(await files(out)).toEqual([...days, 'events.dump.json'])
  const columns = 'session_id, seq, type, received_at::VARCHAR, data::VARCHAR'
  const stored = await asked(join(data, 'downlink.duckdb'), `SELECT ${columns} FROM events ORDER BY seq`)
  expect(await read(`SELECT ${columns} FROM '${out}/events-*.parquet' ORDER BY seq`)).toEqual(stored)
  expect(await read(`SELECT count(*)::INT FROM '${out}/${days[2]}'`)).toEqual([[0]])

  const again = await run(['dump', '--data', data, '--out', out])
  expect([again.exitCode, again.stdout]).toEqual([
    0,
    `kept   4 files that can't have changed\n4 files in ${out}: 30 rows, 0.0 MB\n`,
  ])
  // What is missing, or not as it was written, is written anew.
  await rm(join(out, days[0] ?? ''))
  await writeFile(join(out, days[1] ?? ''), 'cut')
  const mended = JSON.parse((await run(['dump', '--data', data, '--out', out, '--json'])).stdout)
  expect(mended.files.map(({ status }: { status: string }) => status)).toEqual(['written', 'written', 'kept', 'kept'])
  expect(await read(`SELECT count(*)::INT FROM '${out}/events-*.parquet'`)).toEqual([[30]])
})

it('writes the day anew that still grows, while events come', async () => {
  const { url } = await serve()
  const out = freshFolder()
  let taken = 0
  let isOver = false
  const sending = (async () => {
    // Of one address only so many are taken a second.
    while (!isOver) if ((await post(url, [{ type: 'jumped', data: { height: taken } }])) === 200) taken++
  })().catch((error: unknown) => error)
  onTestFinished(() => {
    isOver = true
  })
  for (let round = 0; round < 3; round++) {
    const before = taken
    const { stdout } = await run(['dump', '--url', url, '--out', out, '--json'])
    const summary = JSON.parse(stdout)
    expect(summary.rows).toBeGreaterThanOrEqual(before)
    expect(summary.files.at(-1)).toMatchObject({ status: 'written', isClosed: false })
    const [row] = await read(`SELECT count(*)::INT, count(DISTINCT data)::INT FROM '${out}/events-*.parquet'`)
    expect(row).toEqual([summary.rows, summary.rows])
  }
  isOver = true
  expect(await sending).toBeUndefined()
})

it('writes a file a type, with the columns of its view, in each format', async () => {
  const data = await threeDays()
  for (const format of ['parquet', 'csv', 'ndjson']) {
    const out = freshFolder()
    const { exitCode, stderr } = await run([
      'dump',
      '--data',
      data,
      '--schema',
      fixture('events.ts'),
      '--per',
      'type',
      '--format',
      format,
      '--out',
      out,
    ])
    expect(exitCode, stderr).toBe(0)
    const [fell = '', jumped = '', ...rest] = await files(out)
    expect(fell).toMatch(/^events-Fell-Down-[0-9a-f]{8}\./)
    expect([jumped, ...rest]).toEqual([`events-jumped.${format}`, 'events.dump.json'])
    const height = format === 'ndjson' ? 'data.height' : "(data::JSON->>'height')::INT"
    expect(await read(`SELECT sum(${height})::INT, count(*)::INT FROM '${out}/${jumped}'`)).toEqual([[300, 20]])
    expect(await read(`SELECT count(*)::INT FROM '${out}/${fell}'`)).toEqual([[10]])
  }
})

it('takes only the days, the type and the table that are asked for', async () => {
  const data = await threeDays()
  const dump = async (...args: string[]) => {
    const out = freshFolder()
    const { exitCode, stderr } = await run(['dump', '--data', data, '--format', 'csv', '--out', out, ...args])
    expect(exitCode, stderr).toBe(0)
    return (await files(out)).filter((name) => name.endsWith('.csv'))
  }
  expect(await dump('--since', '2026-01-06', '--until', '2026-01-07')).toEqual(['events-2026-01-06.csv'])
  expect(await dump('--type', 'Fell/Down', '--until', '2026-01-06')).toEqual(['events-2026-01-05.csv'])
  expect(await dump('--since', '2027-01-01')).toEqual([])
  expect(await dump('--table', 'sessions')).toEqual(['sessions.csv'])
  expect(await dump('--table', 'labels')).toEqual(['labels.csv'])
  expect(await dump('--where', 'seq = 1')).toEqual(['events.csv'])
})

/** Stands before a collector; `handle` says whether it dealt with a request itself. */
async function aProxy(
  target: string,
  handle: (incoming: IncomingMessage, answer: IncomingMessage, outgoing: ServerResponse) => boolean,
) {
  const server = createServer((incoming, outgoing) => {
    const { method, headers, url } = incoming
    const onward = request(new URL(url ?? '', target), { method, headers: { ...headers, host: new URL(target).host } })
    onward.on('response', (answer) => {
      if (handle(incoming, answer, outgoing)) return
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    incoming.pipe(onward)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const isDump = ({ url }: IncomingMessage): boolean => url?.startsWith('/api/dump') === true

it('leaves no file that looks finished when it is killed, and goes on with what is missing', async () => {
  const collector = await serve(['--data', await threeDays()])
  let dumps = 0
  let halfway = (): void => {}
  const isHalfway = new Promise<void>((resolve) => {
    halfway = resolve
  })
  const url = await aProxy(collector.url, (incoming, answer, outgoing) => {
    if (!isDump(incoming) || ++dumps !== 2) return false
    outgoing.writeHead(200, answer.headers)
    // Some of it, and then nothing more.
    answer.once('data', (piece: Buffer) => outgoing.write(piece.subarray(0, piece.length / 2), halfway))
    return true
  })
  const out = freshFolder()
  const killed = start(['dump', '--url', url, '--out', out])
  await isHalfway
  killed.child.kill('SIGKILL')
  await killed.exitCode
  expect(await files(out)).toEqual([days[0], 'events.dump.json'])
  expect(await read(`SELECT count(*)::INT FROM '${out}/*.parquet'`)).toEqual([[1]])

  const { stdout } = await run(['dump', '--url', url, '--out', out, '--json'])
  const summary = JSON.parse(stdout)
  expect(summary.files.map(({ status }: { status: string }) => status)).toEqual([
    'kept',
    'written',
    'written',
    'written',
  ])
  expect(await read(`SELECT count(*)::INT FROM '${out}/*.parquet'`)).toEqual([[30]])
})

it('asks again where the collector is busy, and where an answer broke off', async () => {
  const collector = await serve(['--data', await threeDays()])
  let dumps = 0
  const url = await aProxy(collector.url, (incoming, answer, outgoing) => {
    if (!isDump(incoming)) return false
    dumps++
    if (dumps === 1) {
      outgoing.writeHead(503).end('{"error":{"code":"store_unavailable","message":"It starts"}}')
    } else if (dumps === 3) {
      outgoing.writeHead(200, answer.headers)
      outgoing.write('PAR1', () => outgoing.destroy())
    } else return false
    answer.resume()
    return true
  })
  const out = freshFolder()
  const { exitCode, stderr } = await run(['dump', '--url', url, '--out', out])
  expect(exitCode, stderr).toBe(0)
  expect(await read(`SELECT count(*)::INT FROM '${out}/*.parquet'`)).toEqual([[30]])
})

it('answers a player who asks for their data', async () => {
  const { url } = await serve()
  const send = (player: string, height: number) =>
    post(url, {
      session: crypto.randomUUID(),
      proof: 'a'.repeat(32),
      ...{ conn: 1, next: 1, pushed: 1, now: Date.now(), seq: 1 },
      meta: { build: '1.4.2', labels: { player } },
      events: [{ type: 'jumped', timestamp: 1, data: { height } }],
    } as never)
  expect([await send('x', 1), await send('y', 2), await send('x', 3)]).toEqual([200, 200, 200])
  const out = freshFolder()
  const where = "labels->>'player' = 'x'"
  for (const table of ['events', 'sessions', 'rejected']) {
    const { exitCode } = await run([
      'dump',
      '--url',
      url,
      '--format',
      'ndjson',
      ...['--table', table, '--where', where, '--out', out],
    ])
    expect(exitCode).toBe(0)
  }
  const lines = async (name: string) =>
    (await readFile(join(out, name), 'utf8'))
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line))
  expect((await lines('events.ndjson')).map(({ data }) => data.height).sort()).toEqual([1, 3])
  expect((await lines('sessions.ndjson')).map(({ labels }) => labels)).toEqual([{ player: 'x' }, { player: 'x' }])
  expect(await lines('rejected.ndjson')).toEqual([])
})

it('tells of a file that was cut, for its rows were deleted before it was written whole', async () => {
  const data = await threeDays()
  const out = freshFolder()
  await run(['dump', '--data', data, '--out', out])
  const record = join(out, 'events.dump.json')
  await writeFile(record, (await readFile(record, 'utf8')).replace('"isClosed": true', '"isClosed": false'))
  await asked(join(data, 'downlink.duckdb'), "DELETE FROM events WHERE received_at < TIMESTAMP '2026-01-06'")
  const { exitCode, stderr } = await run(['dump', '--data', data, '--out', out])
  expect([exitCode, stderr]).toEqual([0, expect.stringContaining(`${days[0]} ends before its time was over`)])
})

it('refuses another dump in the same folder, and leaves that one as it is', async () => {
  const data = await threeDays()
  const out = freshFolder()
  await run(['dump', '--data', data, '--out', out, '--since', '2026-01-06'])
  const before = await files(out)
  const other = await run(['dump', '--data', data, '--out', out, '--where', 'seq = 1'])
  expect([other.exitCode, other.stderr]).toEqual([1, expect.stringContaining('[other_dump]')])
  expect(await files(out)).toEqual(before)
  // Another range of days is the same dump, and sessions may stand beside events.
  expect((await run(['dump', '--data', data, '--out', out])).exitCode).toBe(0)
  expect((await run(['dump', '--data', data, '--out', out, '--table', 'sessions'])).exitCode).toBe(0)
  expect(await files(out)).toEqual([...days, 'events.dump.json', 'sessions.dump.json', 'sessions.parquet'])
})

it.each([
  ['no folder', [], '--out'],
  ['another format', ['--out', 'x', '--format', 'xls'], 'parquet, csv, ndjson'],
  ['a time without a zone', ['--out', 'x', '--since', '2026-01-01T00:00:00'], 'ISO 8601'],
  ['an hour, where a file is a day', ['--out', 'x', '--since', '2026-01-01T01:00:00Z'], 'days in UTC'],
  [
    'a range that ends before it begins',
    ['--out', 'x', '--since', '2026-01-02', '--until', '2026-01-02'],
    'before --until',
  ],
  [
    'no condition',
    ['--out', 'x', '--where', ''],
    "'--where <condition>' argument '' is invalid. Expected it not to be",
  ],
  ['a type of sessions', ['--out', 'x', '--table', 'sessions', '--type', 'y'], '--type with events'],
  ['types of what is rejected', ['--out', 'x', '--table', 'rejected', '--per', 'type'], '--per type with events'],
  ['days of sessions', ['--out', 'x', '--table', 'sessions', '--per', 'day'], '--per table with sessions'],
  ['days of labels', ['--out', 'x', '--table', 'labels', '--per', 'day'], '--per table with labels'],
  ['sessions beside labels', ['--out', 'x', '--table', 'labels', '--with-session'], '--with-session with'],
  ['sessions beside sessions', ['--out', 'x', '--table', 'sessions', '--with-session'], '--with-session with'],
])('refuses %s with 2', async (_, args, message) => {
  const { exitCode, stderr, stdout } = await run(['dump', ...args])
  expect([exitCode, stdout, stderr]).toEqual([2, '', expect.stringContaining(message)])
})

it('says what is wrong: a condition, a folder, a collector that is not there', async () => {
  const { url } = await serve()
  await post(url, [{ type: 'jumped' }])
  const out = freshFolder()
  const file = join(out, 'file')
  await writeFile(file, '')
  for (const [args, code] of [
    [['--where', 'true) OR (true', '--out', out], 'bad_sql'],
    [['--where', "(SELECT count(*) FROM read_text('/etc/passwd')) > 0", '--out', out], 'forbidden_sql'],
    [['--out', file], 'bad_folder'],
    [['--out', out, '--url', 'http://127.0.0.1:9'], 'unreachable'],
  ] as const) {
    const { exitCode, stderr } = await run(['dump', '--url', url, ...args])
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining(`[${code}]`)])
  }
})

it('leaves nothing behind on a disk that is full', async (context) => {
  const out = freshFolder()
  const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', out]).status === 0
  if (!isMounted) return context.skip('a full disk needs a small tmpfs, which only root can mount')
  const { url } = await serve()
  await post(
    url,
    Array.from({ length: 4 }, (_, at) => ({ type: 'big', data: `${at}`.repeat(50_000) })),
  )
  const { exitCode, stderr } = await run(['dump', '--url', url, '--format', 'ndjson', '--out', out])
  expect([exitCode, stderr]).toEqual([1, expect.stringContaining('[disk_full]')])
  const left = await readdir(out)
  spawnSync('umount', ['-l', out])
  expect(left).toEqual([])
})

it('and downlink export name each other', async () => {
  expect((await run(['dump', '--help'])).stdout).toContain('downlink export')
  expect((await run(['export', '--help'])).stdout).toContain('downlink dump')
})
