import { once } from 'node:events'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createCollector } from '@downlink/collector'
import { expect, it, onTestFinished, type TestContext, vi } from 'vitest'
import { fixture, freshFolder, post, run, serve, start } from './run-command.ts'

const events = [
  { type: 'jumped', data: { height: 1 } },
  { type: 'jumped', data: { height: 2.5 } },
  { type: 'paused', data: { note: '\u001b[31mred' } },
]

const heights = "SELECT type, (data->>'height')::DOUBLE AS height FROM events ORDER BY seq"

it('asks a running collector, and answers as a table or as JSON', async () => {
  const { url } = await serve()
  await post(url, events)
  const table = await run(['query', heights, '--url', url])
  expect(table.stdout.split('\n')).toEqual([
    'type    height',
    '──────  ──────',
    'jumped       1',
    'jumped     2.5',
    'paused',
    '',
  ])
  const json = await run(['query', heights, '--url', url, '--json'])
  expect(
    json.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([
    { type: 'jumped', height: 1 },
    { type: 'jumped', height: 2.5 },
    { type: 'paused', height: null },
  ])
})

it('asks a folder at rest, but not one that a collector has open', async () => {
  const collector = await serve()
  await post(collector.url, events)
  const query = ['query', 'SELECT count(*) AS events FROM events', '--data', collector.data, '--json']
  const refused = await run(query)
  expect(refused.exitCode).toBe(1)
  expect(refused.stderr).toContain('[data_in_use]')
  expect(refused.stderr).toContain('--url')
  collector.child.kill('SIGTERM')
  await collector.exitCode
  expect(await run(query)).toEqual({ exitCode: 0, stdout: '{"events":3}\n', stderr: '' })
})

it('has the typed views of a folder at rest where --schema names the definitions, and says so where not', async () => {
  const collector = await serve(['--schema', fixture('events.ts')])
  await post(collector.url, events.slice(0, 2))
  collector.child.kill('SIGTERM')
  await collector.exitCode
  const query = ['query', 'SELECT count(*) AS jumps FROM jumped', '--data', collector.data, '--json']
  const untyped = await run(query)
  expect(untyped.exitCode).toBe(1)
  expect(untyped.stderr).toContain('[forbidden_sql]')
  expect(untyped.stderr).toContain('--schema')
  const schema = ['--schema', fixture('events.ts')]
  expect(await run([...query, ...schema])).toEqual({ exitCode: 0, stdout: '{"jumps":2}\n', stderr: '' })
  expect((await run(['tail', '--data', collector.data, ...schema])).stdout).toContain('{"height":2.5}')
})

it('shows times in UTC, and says so, wherever it is read', async () => {
  const elsewhere = { TZ: 'Asia/Tokyo' }
  const { url } = await serve([], elsewhere)
  await post(url, [{ type: 'jumped', timestamp: Date.UTC(2026, 0, 1, 1, 2, 3, 4), data: {} }])
  const rows = await run(['query', 'SELECT ts FROM events', '--url', url], elsewhere)
  expect(rows.stdout.split('\n')[2]).toBe('2026-01-01T01:02:03.004Z')
  const tail = start(['tail', '--url', url], elsewhere)
  await vi.waitFor(async () => {
    await post(url, [{ type: 'jumped', timestamp: Date.UTC(2026, 0, 1, 1, 2, 3, 5), data: {} }])
    expect(tail.stdout()).toContain('01:02:03.005Z  jumped')
  }, 10_000)
})

it('holds queries in the same sandbox, wherever they are asked', async () => {
  const collector = await serve()
  await post(collector.url, events)
  const write = ['query', 'DELETE FROM events']
  expect((await run([...write, '--url', collector.url])).stderr).toMatch(/^error: .* \[forbidden_sql\]\n/)
  collector.child.kill('SIGTERM')
  await collector.exitCode
  const atRest = await run([...write, '--data', collector.data])
  expect(atRest.exitCode).toBe(1)
  expect(atRest.stderr.match(/\w+_sql/g)).toEqual(['forbidden_sql'])
  expect(atRest.stderr).not.toMatch(/unauthorised|--token|127\.0\.0\.1/)
})

it('fails with the reason where an answer ends with one, and prints nothing of it', async () => {
  const limits = { maxRows: 1_000_000, maxResultBytes: 100_000_000 }
  const collector = createCollector({ data: freshFolder(), query: limits, logger: false })
  const { url } = await collector.listen({ port: 0 })
  onTestFinished(() => collector.close())
  const sql = `SELECT sha256(range::VARCHAR), CASE WHEN range = 99999 THEN ('x' || range)::INT ELSE 1 END FROM range(100000)`
  for (const form of [[], ['--json']]) {
    const { exitCode, stdout, stderr } = await run(['query', sql, '--url', url, ...form])
    expect([exitCode, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/^error: .*Conversion.* \[bad_sql\]\n/s)
  }
})

it.each([['query', 'SELECT 1'], ['tail']])('says that an answer broke off: %s', async (...command) => {
  const server = createServer((_request, response) => {
    response.writeHead(200).write('{"columns":[],"rows":[')
    setTimeout(() => response.destroy(), 100)
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { exitCode, stdout, stderr } = await run([...command, '--url', url])
  expect([exitCode, stdout]).toEqual([1, ''])
  expect(stderr).toMatch(/^error: The answer of .* broke off \[refused\]\n.* Ask again\.\n$/)
})

it.each([
  ['query', ['SELECT 1'], '1'],
  ['dump', [], '0 files in '],
])('says that the database is behind, beside what it has: %s', async (command, more, printed) => {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'downlink-as-of': '1767225600000' })
    response.end('{"columns":[{"name":"1","type":"INTEGER"}],"rows":[[1]],"truncated":false}')
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const out = command === 'dump' ? ['--out', freshFolder()] : []
  const { exitCode, stdout, stderr } = await run([command, ...more, ...out, '--url', url])
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining(printed)])
  expect(stderr).toBe(
    'note: the database is behind, and has what was acknowledged before 2026-01-01T00:00:00.000Z. The rest is in the log.\n',
  )
})

it('says that the database is away, and goes on to show what comes', async (context) => {
  const { url, child } = await serve()
  const tail = start(['tail', '--url', url])
  await vi.waitFor(async () => {
    await post(url, events)
    expect(tail.stdout()).toContain('jumped')
  }, 10_000)
  const letGo = await holdStore(child.pid ?? 0, context)
  try {
    const { exitCode, stderr } = await run(['query', 'SELECT 1', '--url', url])
    expect(exitCode).toBe(1)
    expect(stderr).toBe(
      'error: The store is starting again. Try again in a moment. [store_unavailable]\n' +
        "Events are taken meanwhile. If it stays so, the collector's log says why.\n",
    )
    await post(url, [{ type: 'meanwhile' }])
    await tail.shows('meanwhile')
  } finally {
    letGo()
  }
})

/** Kills the store process of a collector, and holds the one that takes its place until it is let go. */
async function holdStore(collector: number, context: TestContext): Promise<() => void> {
  if (process.platform !== 'linux') context.skip('finding a child process takes /proc, which Linux has')
  const killed = await storePid(collector)
  process.kill(killed, 'SIGKILL')
  const held = await storePid(collector, killed)
  process.kill(held, 'SIGSTOP')
  return () => void process.kill(held, 'SIGCONT')
}

async function storePid(collector: number, gone?: number): Promise<number> {
  return vi.waitUntil(async () => {
    const children = await readFile(`/proc/${collector}/task/${collector}/children`, 'utf8')
    for (const pid of children.split(' ').filter(Boolean).map(Number)) {
      const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
      if (pid !== gone && command.includes('store-main')) return pid
    }
    return undefined
  }, 20_000)
}

it('needs the read token where there is one', async () => {
  const { url } = await serve(['--read-token', 'secret'])
  const query = ['query', 'SELECT 1 AS one', '--url', url]
  const refused = await run(query)
  expect(refused.exitCode).toBe(1)
  expect(refused.stderr).toContain('--token')
  expect((await run([...query, '--token', 'secret'])).exitCode).toBe(0)
  expect((await run(query, { DOWNLINK_READ_TOKEN: 'secret' })).exitCode).toBe(0)
})

it('says what to do where there is nothing to read', async () => {
  const nobody = await run(['query', 'SELECT 1', '--url', 'http://127.0.0.1:1'])
  expect(nobody.exitCode).toBe(1)
  expect(nobody.stderr).toContain('[unreachable]')
  const empty = await run(['tail', '--data', freshFolder()])
  expect(empty.exitCode).toBe(1)
  expect(empty.stderr).toContain('[no_data]')
})

it('follows events as they come, and what is rejected', async () => {
  const { url } = await serve(['--schema', fixture('events.ts')])
  const tail = start(['tail', '--url', url])
  // Nothing is shown of what came before it listens.
  await vi.waitFor(async () => {
    await post(url, [{ type: 'jumped', data: { height: 3 } }, { type: 'jumped' }])
    expect(tail.stdout()).toContain('{"height":3}')
    expect(tail.stdout()).toContain('invalid_payload')
  }, 10_000)
  tail.child.kill('SIGINT')
  expect(await tail.exitCode).toBe(0)
})

it('ends when its reader has seen enough', async () => {
  const { url } = await serve()
  const tail = start(['tail', '--url', url, '--json'])
  tail.child.stdout?.destroy()
  // It finds out when it next has something to show.
  await vi.waitFor(async () => {
    await post(url, events)
    expect(tail.child.exitCode).toBe(0)
  }, 10_000)
})

it('shows the latest of a folder at rest, in order, and lets no payload steer the terminal', async () => {
  const collector = await serve()
  await post(collector.url, events)
  collector.child.kill('SIGTERM')
  await collector.exitCode
  const { stdout } = await run(['tail', '--data', collector.data, '--lines', '2'])
  expect(stdout.trim().split('\n')).toHaveLength(2)
  expect(stdout).toMatch(/jumped.*"height":2.5.*\n.*paused.*\\u001b\[31mred/)
})

it('prunes what is older than a time, and says before what that would be', async () => {
  const { url } = await serve()
  await post(url, events)
  const prune = (...more: string[]) => run(['prune', '--older-than', '0s', '--url', url, ...more])
  expect(await prune('--dry-run')).toMatchObject({
    exitCode: 0,
    stdout: 'It would delete 3 events and 0 rejected events. Nothing was changed.\n',
  })
  expect(await prune('--json')).toMatchObject({
    exitCode: 0,
    stdout: '{"events":3,"rejected":0,"clockAheadMs":0,"dryRun":false}\n',
  })
  expect(await prune()).toMatchObject({ exitCode: 0, stdout: 'Deleted 0 events and 0 rejected events.\n' })
  const ledgers = await run(['query', 'SELECT stored, expired FROM ledgers', '--url', url, '--json'])
  expect(ledgers.stdout).toBe('{"stored":0,"expired":3}\n')
  expect(await run(['prune', '--url', url])).toMatchObject({ exitCode: 2 })
  const compacted = await run(['prune', '--compact', '--url', url])
  expect(compacted).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^The database took .* MB, and takes/) })
})

it('backs up a collector that runs, moves the backup, and restores it into a folder at rest, once', async () => {
  const collector = await serve()
  await post(collector.url, events)
  const folder = join(collector.data, 'elsewhere')
  const first = await run(['backup', folder, '--url', collector.url, '--json'])
  const { path, manifest } = JSON.parse(first.stdout)
  expect([first.exitCode, path.startsWith(folder), manifest.tables.events]).toEqual([0, true, 3])
  const second = await run(['backup', folder, '--keep', '1', '--url', collector.url])
  expect(second.stdout).toMatch(/MB, verified: .*3 events.*\nRemoved: /)
  const [name = ''] = await readdir(folder)
  const inUse = await run(['restore', join(folder, name), '--data', collector.data])
  expect([inUse.exitCode, inUse.stderr]).toEqual([1, expect.stringContaining('A collector runs on')])
  collector.child.kill('SIGTERM')
  await collector.exitCode
  const restored = await run(['restore', join(folder, name), '--data', collector.data])
  expect(restored).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^Restored .*\nSet aside: .*replaced-/) })
  expect((await run(['restore', folder, '--data', collector.data])).stderr).toContain('is no backup')
})

it('prunes a folder at rest, and not without the admin token where there is one', async () => {
  const collector = await serve(['--read-token', 'r', '--admin-token', 'a'])
  await post(collector.url, events)
  const refused = await run(['prune', '--older-than', '0s', '--url', collector.url])
  expect(refused.exitCode).toBe(1)
  expect(refused.stderr).toContain('DOWNLINK_ADMIN_TOKEN')
  collector.child.kill('SIGTERM')
  await collector.exitCode
  const pruned = await run(['prune', '--older-than', '0s', '--data', collector.data, '--json'])
  expect(pruned).toMatchObject({ exitCode: 0, stdout: '{"events":3,"rejected":0,"clockAheadMs":0,"dryRun":false}\n' })
})

it('judges rejected events anew, and counts them first', async () => {
  const collector = await serve(['--schema', fixture('events.ts')])
  await post(collector.url, [{ type: 'landed', data: {} }, { type: 'landed\u001b[31m' }, { type: 7 }])
  const { url } = collector
  const rejudge = (...more: string[]) => run(['rejudge', ...more])
  expect(await rejudge('--url', url, '--json')).toMatchObject({
    exitCode: 0,
    stdout: '{"judged":2,"events":0,"counts":[],"dryRun":false}\n',
  })
  expect(await rejudge('--data', collector.data)).toMatchObject({ exitCode: 2 })
  expect(await rejudge('--url', url, '--type', '')).toMatchObject({ exitCode: 2 })
  expect(await rejudge('--url', url, '--schema', fixture('events.ts'))).toMatchObject({ exitCode: 2 })
  collector.child.kill('SIGTERM')
  await collector.exitCode
  const landings = join(freshFolder(), 'events.mjs')
  await writeFile(landings, `export default { schemas: { landed: ${acceptAll} } }`)
  const atRest = ['--data', collector.data, '--schema', landings]
  expect(await rejudge(...atRest, '--dry-run')).toMatchObject({
    exitCode: 0,
    stdout: 'It would store 1 event of 2 rejected events. Nothing was changed.\n  1 event of landed: unknown_type\n',
  })
  const stored = 'Stored 1 event of 1 rejected event.\n  1 event of landed: unknown_type\n'
  expect(await rejudge(...atRest, '--type', 'landed')).toMatchObject({ exitCode: 0, stdout: stored })
})

const acceptAll = "{ '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } }"

it('forgets sessions that a condition picks, and counts them first', async () => {
  const { url } = await serve()
  await post(url, events)
  const forget = (...more: string[]) => run(['forget', '--url', url, ...more])
  expect(await forget('--where', 'stored = 3')).toMatchObject({
    exitCode: 0,
    stdout: 'It would forget 1 session, 3 stored events. Nothing was changed. To do it, add --yes.\n',
  })
  const { stdout, exitCode } = await forget('--where', 'stored = 3', '--yes', '--json')
  expect(exitCode).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ sessions: 1, events: 3, rejected: 0, backups: [], dryRun: false })
  expect(await run(['backup', '--url', url, '--keep', '2'])).toMatchObject({ exitCode: 0 })
  expect((await forget('--where', 'true', '--yes')).stdout).toMatch(
    /^Forgot 1 session, 0 stored events[.]\n(?:Deleted: .*\n)*A backup may still hold it: .*Z[.] It is deleted once 2 newer ones were made[.]\n$/,
  )
  const ledgers = await run(['query', 'SELECT stored, forgotten FROM ledgers', '--url', url, '--json'])
  expect(ledgers.stdout).toBe('{"stored":0,"forgotten":3}\n')
  expect((await forget('--session', "no'body")).stdout).toContain('It would forget 0 sessions')
  expect(await forget()).toMatchObject({ exitCode: 2 })
  expect(await forget('--session', 's', '--where', 'true')).toMatchObject({ exitCode: 2 })
  for (const flag of ['--session', '--where']) {
    expect(await forget(flag, '')).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('not to be empty') })
  }
})
