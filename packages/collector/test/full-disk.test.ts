/** A disk that is full for a while: nothing acknowledged is lost, and everything goes on afterwards. */
import { spawnSync } from 'node:child_process'
import { readdir, rm, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, onTestFinished, type TestContext } from 'vitest'
import { createDumpRoom } from '../dist/dump/dump-room.js'
import { createDuckDBStore } from '../dist/store/duckdb-store.js'
import { openDatabase } from '../dist/store/open-database.js'
import { aClient, aCollector, aFolder, aHello, rowsOf } from './harness.ts'

const event = (n: number) => ({ type: 'a', timestamp: n, data: { n } })
const run = (command: string, ...args: string[]) => spawnSync(command, args).status === 0

/** A folder on a disk of its own. */
async function aSmallDisk(context: TestContext, megabytes: number): Promise<string> {
  const folder = await aFolder()
  if (!run('mount', '-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder)) {
    context.skip('a full disk needs a small tmpfs, which only root can mount')
  }
  onTestFinished(() => void run('umount', '-l', folder))
  return folder
}

it('answers 503 and 1013 while the disk is full, and takes everything once there is room', async (context) => {
  const folder = await aSmallDisk(context, 8)
  const { listening, stop } = await aCollector({ data: join(folder, 'data') })
  const hello = aHello()
  const client = await aClient(listening, hello)
  await client.hello()
  await writeFile(join(folder, 'ballast'), Buffer.alloc(7_000_000)).catch(() => {})
  const big = Array.from({ length: 4 }, (_, i) => ({ ...event(i), data: 'x'.repeat(60_000) }))
  let seq = 1
  let closed: { code: number } | undefined
  void client.closed.then((close) => {
    closed = close
  })
  while (!closed && seq < 400) {
    client.send({ t: 'batch', seq, pushed: seq + 3, events: big })
    seq += 4
    await Promise.race([client.next().catch(() => {}), client.closed])
  }
  expect(closed).toMatchObject({ code: 1013 })
  const body = JSON.stringify({ ...aHello({ pushed: 4 }), seq: 1, events: big })
  const refused = await fetch(`${listening.url}/telemetry`, { method: 'POST', body })
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '2'])
  expect((await fetch(`${listening.url}/readyz`)).status).toBe(503)
  expect((await fetch(`${listening.url}/healthz`)).status).toBe(200)
  await rm(join(folder, 'ballast'))
  // Nobody has sent anything since: a load balancer that asks first would wait for ever.
  expect((await fetch(`${listening.url}/readyz`)).status).toBe(200)
  const back = await aClient(listening, hello)
  const welcome = await back.hello({ conn: 2, next: 1, pushed: seq - 1 })
  if (welcome.t !== 'welcome') throw new Error('Expected a welcome')
  expect(await back.batch(welcome.ack + 1, big, seq + 3)).toMatchObject({ t: 'ack', seq: welcome.ack + 4 })
  expect((await fetch(`${listening.url}/readyz`)).status).toBe(200)
  await stop()
  const [row] = await rowsOf(join(folder, 'data'), 'SELECT count(*)::INT, max(seq)::INT FROM events')
  expect(row).toEqual([welcome.ack + 4, welcome.ack + 4])
})

it('opens the database anew after a checkpoint that ran out of disk, and loses nothing', async (context) => {
  const folder = await aSmallDisk(context, 24)
  const database = await openDatabase({ dataFolder: join(folder, 'data'), log: { error() {} } })
  const store = await createDuckDBStore(database, { onCheckpoint() {}, onCheckpointFailure() {} })
  let written = 0
  const write = async () => {
    const events = Array.from({ length: 200 }, (_, i) => {
      const json = JSON.stringify(Array.from({ length: 60 }, () => Math.random()))
      return { seq: written + i + 1, event: { ...event(i), json } }
    })
    const { kind } = await store.write({
      events: [{ sessionId: 's', receivedAt: 1, events }],
      rejected: [],
      earlierLabels: [],
      sessions: [{ ...aRecord, committedSeq: written + 200, stored: written + 200 }],
      position: { segment: 'a', offset: written },
      logBytes: 0,
    })
    if (kind === 'written') written += 200
    return kind
  }
  for (let i = 0; i < 30; i++) expect(await write()).toBe('written')
  const { bavail, bsize } = await statfs(folder)
  await writeFile(join(folder, 'ballast'), Buffer.alloc(bavail * bsize - 200_000))
  const connection = await database.connect()
  await expect(connection.run('CHECKPOINT')).rejects.toThrow('FATAL')
  database.release(connection)
  expect([await write(), await write(), store.available]).toEqual(['unavailable', 'unavailable', false])
  await rm(join(folder, 'ballast'))
  expect(await store.readPosition()).toEqual({ segment: 'a', offset: written - 200 })
  expect([await write(), store.available]).toEqual(['written', true])
  expect((await store.readSessions(['s'])).get('s')?.committedSeq).toBe(written)
  await store.close()
  await database.close()
  expect(await rowsOf(join(folder, 'data'), 'SELECT count(*)::INT, max(seq)::INT FROM events')).toEqual([
    [written, written],
  ])
  expect((await readdir(join(folder, 'data'))).some((name) => name.includes('corrupt'))).toBe(false)
})

const aRecord = {
  sessionId: 's',
  delivery: 'acked',
  proofHash: undefined,
  clockOffsetMs: undefined,
  build: undefined,
  labels: undefined,
  schema: undefined,
  committedSeq: 0,
  pushed: 0,
  stored: 0,
  expired: 0,
  forgotten: 0,
  rejected: {},
  dropped: {},
  missing: 0,
  ended: false,
  firstSeenMs: 1,
  lastSeenMs: 1,
} as const

it('leaves a tenth of the disk free beside a dump', async (context) => {
  const folder = await aSmallDisk(context, 10)
  const room = createDumpRoom({ folder, maxBytes: 2 ** 40 })
  const isFull = async (name: string, megabytes: number) => {
    const path = join(folder, name)
    const { full, end } = await room.watch(path)
    await writeFile(path, Buffer.alloc(megabytes * 2 ** 20))
    await end()
    return full.aborted
  }
  expect(await isFull('most', 8)).toBe(false)
  expect(await isFull('too-much', 1.5)).toBe(true)
})
