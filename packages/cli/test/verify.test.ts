/** `downlink verify` against collectors of its own and of others: what it finds, what it leaves, what it says. */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { fixture, freshFolder, run, serve, start } from './run-command.ts'
import { openTlsProxy } from './tls-proxy.ts'

const short = ['verify', '--sessions', '2', '--events', '600', '--json']

it('deals the planned faults of its seed, finds every event, and leaves nothing behind', async () => {
  const folder = freshFolder()
  const places = { TMPDIR: folder, TEMP: folder, TMP: folder }
  const { exitCode, stdout, stderr } = await run([...short, '--faults', 'disk', '--seed', '5'], places)
  expect([exitCode, stderr]).toEqual([0, ''])
  const { stored, dropped, ackMs, undisturbedAckMs, outageMs, seconds, ...verdict } = JSON.parse(stdout)
  expect(verdict).toEqual({
    ...{
      ok: true,
      seed: 5,
      sessions: 2,
      pushed: 600,
      unpushed: 0,
      acked: 600,
      unfinished: [],
      isFlowing: true,
      faults: { disk_full: 1 },
    },
    ...{ missing: 0, doubled: 0, reordered: 0, changed: 0, invented: 0, unbalanced: 0 },
  })
  expect(stored + dropped).toBe(600)
  expect(ackMs.p99).toBeGreaterThanOrEqual(ackMs.p50)
  expect(undisturbedAckMs.p99).toBeLessThanOrEqual(ackMs.p99)
  // A full disk is full for 200 ms at least.
  expect(outageMs).toEqual({ longest: outageMs.total, total: expect.toSatisfy((ms) => ms >= 200) })
  expect((await readdir(folder)).filter((name) => name.startsWith('downlink-verify'))).toEqual([])
})

it('tells its figures to people', async () => {
  const { exitCode, stdout } = await run(['verify', '--events', '200', '--faults', 'none'])
  expect(exitCode).toBe(0)
  expect(stdout).toMatch(/^pushed +200\nacked +200\nstored +200\ndropped +0\nmissing +0\n/)
  expect(stdout).toMatch(/ack p99 +[\d.]+ ms, without faults [\d.]+ ms\nfaults +none\noutages +none\nflowing +yes\n/)
})

it('plays against a collector that runs, and removes what it sent; what players sent stays', async () => {
  const secrets = ['--key', 'the-key', '--read-token', 'the-reader', '--admin-token', 'the-admin']
  const { url } = await serve(secrets)
  const sent = await fetch(`${url}/telemetry`, {
    method: 'POST',
    body: JSON.stringify([{ type: 'jumped', data: {} }]),
    headers: { authorization: 'Bearer the-key' },
  })
  expect(sent.status).toBe(200)
  const refused = await run([...short, '--url', url, '--token', 'the-reader'])
  expect([refused.exitCode, refused.stderr]).toEqual([1, expect.stringContaining('admin')])
  const unsent = await run([...short, '--url', url, '--token', 'the-admin', '--key', 'another-key'])
  expect([unsent.exitCode, unsent.stderr]).toEqual([1, expect.stringContaining('unauthorised')])
  const { exitCode, stdout, stderr } = await run([...short, '--url', url, '--token', 'the-admin', '--key', 'the-key'])
  expect(exitCode, stderr).toBe(0)
  expect(stderr).toContain('Only links fail')
  expect(Object.keys(JSON.parse(stdout).faults)).not.toContain('kill_collector')
  const left = await run([
    ...['query', 'SELECT (SELECT count(*) FROM events) AS events, count(*) AS sessions FROM sessions'],
    ...['--url', url, '--token', 'the-reader', '--json'],
  ])
  expect(left.stdout).toBe('{"events":1,"sessions":1}\n')
})

it.for(['127.0.0.2', 'localhost'])(
  'lets links fail below TLS, by a certificate for %s alone',
  async (host, context) => {
    const { url } = await serve()
    const proxy = await openTlsProxy(host, Number(new URL(url).port))
    if (!proxy) return context.skip('no openssl to make a certificate with')
    const trusted = await run([...short, '--url', proxy.url], { NODE_EXTRA_CA_CERTS: proxy.certificate })
    expect(trusted.exitCode, trusted.stderr).toBe(0)
    const { faults, ...verdict } = JSON.parse(trusted.stdout)
    expect(verdict).toMatchObject({ ok: true, pushed: 600, missing: 0 })
    expect(Object.keys(faults)).toContain('cut')
    const unknown = await run([...short, '--url', proxy.url])
    proxy.close()
    expect([unknown.exitCode, unknown.stderr]).toEqual([1, expect.stringContaining('certificate')])
  },
)

it('hands what it may not do itself to a program', async () => {
  const { url } = await serve()
  const told = join(freshFolder(), 'told')
  const program = join(freshFolder(), 'deal.mjs')
  await writeFile(
    program,
    `import { appendFileSync } from 'node:fs'\nappendFileSync(process.argv[2], process.argv.slice(3).join(' ') + '\\n')`,
  )
  const onFault = JSON.stringify([process.execPath, program, told])
  const { exitCode, stderr } = await run([...short, '--url', url, '--faults', 'disk', '--on-fault', onFault])
  expect(exitCode, stderr).toBe(0)
  expect(await readFile(told, 'utf8')).toBe('disk full\ndisk free\n')
  const failing = JSON.stringify([process.execPath, '--eval', 'console.error("no such container"); process.exit(3)'])
  const failed = await run([...short, '--url', url, '--faults', 'kill', '--on-fault', failing])
  expect([failed.exitCode, failed.stderr]).toEqual([1, expect.stringContaining('no such container')])
  expect(failed.stderr).toContain('[fault_not_dealt]')
})

it('says where a schema would reject what it sends', async () => {
  const { url } = await serve(['--schema', fixture('events.ts')])
  const { exitCode, stderr } = await run([...short, '--url', url])
  expect(exitCode).toBe(1)
  expect(stderr).toMatch(/rejects events of the type downlink_verify: .*\[schema_rejects\]/s)
  expect(stderr).toContain('Add downlink_verify to its event definitions')
})

it.each([
  [['--faults', 'kill'], 'Expected --on-fault'],
  [['--faults', 'disk'], 'Expected --on-fault'],
])('refuses faults that only the owner of a collector can deal: %j', async (flags, reason) => {
  const { exitCode, stderr } = await run([...short, '--url', 'http://127.0.0.1:9', ...flags])
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining(reason)])
})

it('refuses --on-fault without --url', async () => {
  const { exitCode, stderr } = await run([...short, '--on-fault', 'deal'])
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining('Expected --url')])
})

it('ends on Ctrl-C without a verdict, and removes what it sent', async () => {
  const { url } = await serve()
  const command = start(['verify', '--url', url, '--rate', '100', '--events', '100000', '--json'])
  await command.shows('Only links fail')
  await new Promise((resolve) => setTimeout(resolve, 1000))
  command.child.kill('SIGINT')
  expect(await command.exitCode).toBe(1)
  expect(command.stderr()).toContain('[interrupted]')
  expect(command.stdout()).toBe('')
  const { stdout } = await run(['query', 'SELECT count(*) AS sessions FROM sessions', '--url', url, '--json'])
  expect(stdout).toBe('{"sessions":0}\n')
})
