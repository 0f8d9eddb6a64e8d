/** Commands as people run them, against a collector of a cluster: a dump of its database, and what is refused there. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { start } from '../../packages/cli/test/run-command.ts'
import { aSession } from '../e2e/page/session.ts'
import { sharedClickHouse } from './clickhouse-process.ts'
import { aClusterCollector, aClusterSink } from './cluster-harness.ts'
import { aNatsCluster } from './nats-servers.ts'

const aDatabase = sharedClickHouse()

async function aFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'downlink-dump-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

it('dumps what was acknowledged before, a file a day, and says why rejected events stay as they are', async () => {
  const nats = await aNatsCluster(1)
  const clickhouse = await aDatabase()
  const { url } = await aClusterCollector(nats, clickhouse)
  await aClusterSink(nats, clickhouse)
  const session = aSession({ url }, { labels: { player: 'ada' } })
  const events = Array.from({ length: 50 }, (_, at) => ({
    type: 'hit',
    timestamp: 1_700_000_000_000 + at,
    data: { at },
  }))
  await session.push(...events)

  const out = await aFolder()
  const dump = start(['dump', '--url', url, '--format', 'ndjson', '--out', out, '--json'])
  expect([await dump.exitCode, dump.stderr()]).toEqual([0, expect.not.stringContaining('behind')])
  const files = (await readdir(out)).filter((name) => name.endsWith('.ndjson'))
  const texts = await Promise.all(files.map((name) => readFile(join(out, name), 'utf8')))
  const rows = texts
    .join('')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(rows.map(({ seq, data }) => [seq, data]).sort(([one], [other]) => one - other)).toEqual(
    events.map(({ data }, at) => [at + 1, data]),
  )

  const sessions = start(['dump', '--url', url, '--table', 'sessions', '--format', 'csv', '--out', await aFolder()])
  expect([await sessions.exitCode, sessions.stderr()]).toEqual([0, expect.not.stringContaining('not_on_cluster')])
  const rejudge = start(['rejudge', '--url', url])
  expect(await rejudge.exitCode).not.toBe(0)
  expect(rejudge.stderr()).toContain('only a collector with a database of its own judges them anew')
})
