/** What is left after a collector was killed, and what it makes of a damaged folder. */
import { cp, mkdir, mkdtemp, open, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CollectorError, createCollector } from '@downlink/collector'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { aCollectorProcess, startCollector } from './collector-process.ts'
import { aClient, aCollector, aFolder, aHello, openClient, rowsOf } from './harness.ts'

const event = (n: number) => ({ type: 'a', timestamp: n, data: { n } })

it('has everything it acknowledged after SIGKILL, and marks that agree with it', async () => {
  const data = await aFolder()
  const hello = aHello()
  let acked = 0
  let next = 1
  for (let life = 1; life <= 5; life++) {
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
  expect(await last.end('SIGTERM')).toBe(0)
  const [row] = await rowsOf(
    data,
    `SELECT (SELECT mark FROM sessions)::INT, (SELECT stored FROM sessions)::INT,
      count(*)::INT, count(DISTINCT seq)::INT, max(seq)::INT, bool_and(seq = ts.epoch_ms()) FROM events`,
  )
  const [mark] = row ?? []
  expect(row).toEqual([mark, mark, mark, mark, mark, true])
  expect(mark).toBeGreaterThanOrEqual(acked)
})

it('refuses a folder that another collector has open', async () => {
  const { data } = await aCollector()
  const second = createCollector({ data, logger: false })
  await expect(second.listen({ port: 0 })).rejects.toMatchObject({
    code: 'data_in_use',
    message: expect.stringContaining('stop the other collector'),
  })
})

it('says so where the folder cannot be used, and touches nothing', async () => {
  const data = await aFolder()
  await mkdir(join(data, 'downlink.duckdb'))
  await expect(createCollector({ data, logger: false }).listen({ port: 0 })).rejects.toBeInstanceOf(CollectorError)
  expect(await readdir(data)).toEqual(['downlink.duckdb', 'exports'])
})

/** How a folder is damaged, what is set aside, and the mark that is left of 5 in the file and 5 more in the log. */
const damages: Record<string, { do(file: string): Promise<void>; aside: string[]; mark: number }> = {
  nothing: { do: async () => {}, aside: [], mark: 10 },
  'a torn tail of the log': {
    do: async (file) => truncate(`${file}.wal`, (await stat(`${file}.wal`)).size - 3),
    aside: [],
    mark: 9,
  },
  'a log of zero length': { do: (file) => truncate(`${file}.wal`, 0), aside: [], mark: 5 },
  'a bad checksum in the log': {
    do: async (file) => overwrite(`${file}.wal`, (await stat(`${file}.wal`)).size / 2),
    aside: ['wal'],
    mark: 5,
  },
  'a log that begins with garbage': { do: (file) => overwrite(`${file}.wal`, 0), aside: ['wal'], mark: 5 },
  'a log without its file': { do: (file) => rm(file), aside: ['wal'], mark: 0 },
  'a file of zero length': { do: (file) => truncate(file, 0), aside: ['file', 'wal'], mark: 0 },
  'a file cut short': { do: (file) => truncate(file, 5000), aside: ['file', 'wal'], mark: 0 },
  'a bad header': { do: (file) => overwrite(file, 0), aside: ['file', 'wal'], mark: 0 },
  'a bad checksum in the file': { do: (file) => overwrite(file, 4096, 8192), aside: ['file', 'wal'], mark: 0 },
  'a file that is something else': { do: (file) => writeFile(file, 'hello'), aside: ['file', 'wal'], mark: 0 },
}

describe('after damage', () => {
  const hello = aHello()
  let sound = ''

  // A clean close moves the log into the file, a kill leaves it.
  beforeAll(async () => {
    sound = await mkdtemp(join(tmpdir(), 'downlink-'))
    for (const [from, signal] of [
      [1, 'SIGTERM'],
      [6, 'SIGKILL'],
    ] as const) {
      const { listening, end } = await startCollector(sound)
      const client = await openClient(listening, hello)
      await client.hello({ conn: from, next: from, pushed: from - 1 })
      for (let seq = from; seq < from + 5; seq++) await client.batch(seq, [event(seq)])
      await end(signal)
    }
  })
  afterAll(() => rm(sound, { recursive: true, force: true }))

  it.each(Object.entries(damages))('%s', async (_name, { do: damage, aside, mark }) => {
    const data = await aFolder()
    await cp(sound, data, { recursive: true })
    await damage(join(data, 'downlink.duckdb'))
    const { listening, log, end } = await aCollectorProcess(data)
    const client = await aClient(listening, hello)
    expect(await client.hello({ conn: 9, next: 1, pushed: 10 })).toMatchObject({ ack: mark })
    expect(await client.batch(mark + 1, [event(mark + 1)], 11)).toMatchObject({ t: 'ack', seq: mark + 1 })
    const names = await readdir(data)
    expect(
      names
        .filter((name) => name.includes('.corrupt-'))
        .map(kindOf)
        .sort(),
    ).toEqual(aside)
    expect(log().includes('CORRUPT DATA')).toBe(aside.length > 0)
    // What it took after the damage is there the next time.
    await end('SIGKILL')
    const again = await aCollector({ data })
    const back = await aClient(again.listening, hello)
    expect(await back.hello({ conn: 10, next: mark + 2, pushed: 11 })).toMatchObject({ ack: mark + 1 })
  })
})

const kindOf = (name: string) => (name.includes('.wal.corrupt-') ? 'wal' : 'file')

async function overwrite(path: string, from: number, bytes = 64): Promise<void> {
  const file = await open(path, 'r+')
  await file.write(Buffer.alloc(bytes, 0xab), 0, bytes, Math.floor(from))
  await file.close()
}
