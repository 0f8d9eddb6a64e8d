/** What is kept of a log since the last backup, over a disk: as much as may be, and only as long as nobody needs the room. */
import { expect, it } from 'vitest'
import type { SessionEntry } from './entry.ts'
import { type Position, readLog } from './read-log.ts'
import { listSegments } from './segment.ts'
import { createFaultyDisk } from './test-doubles.ts'
import { type LogWriterOptions, openLogWriter } from './write-log.ts'

const entry = (number: number): SessionEntry => ({
  head: { session: 's', from: number, to: number + 1, pushed: number + 1 },
  body: Buffer.alloc(200),
})

/** A log with a segment for each entry, of about 300 bytes. */
async function aLog(options: Partial<LogWriterOptions> = {}) {
  const disk = createFaultyDisk(Math.random)
  const open = () =>
    openLogWriter({ files: disk, segmentBytes: 100, keepLogBytes: 10_000, exportLogBytes: 10_000, ...options })
  let log = await open()
  let numbers = 0
  return {
    disk,
    get log() {
      return log
    },
    async write(entries: number): Promise<Position> {
      for (let at = 0; at < entries; at++)
        expect(await log.write([entry(numbers++)])).toMatchObject({ kind: 'written' })
      return log.end
    },
    async reopen() {
      await log.close()
      log = await open()
    },
    segments: async () => (await listSegments(disk)).map(({ number }) => number),
  }
}

it('keeps what came after a backup, and nothing of before, though a checkpoint covers it', async () => {
  const { log, write, segments } = await aLog()
  const backup = await write(3)
  await log.keepFrom('backup', backup)
  const end = await write(3)
  await log.removeBefore(end)
  expect(await segments()).toEqual([4, 5, 6])
  const [kept, needed] = [log.keptBytes, log.bytes]
  await log.removeBefore(end)
  expect([log.keptBytes, log.bytes]).toEqual([kept, needed])
  expect(kept).toBeGreaterThan(needed)
  await log.keepFrom('backup', undefined)
  expect([await segments(), log.keptBytes]).toEqual([[6], 0])
})

it('keeps all that there is, for a backup that is under way or stands elsewhere', async () => {
  const { log, write, segments } = await aLog()
  await log.keepFrom('backup', log.begin)
  await log.removeBefore(await write(3))
  expect(await segments()).toEqual([1, 2, 3])
  await log.keepFrom('backup', { segment: 'of another log', offset: 7 })
  expect(await segments()).toEqual([1, 2, 3])
})

it('goes on after a start once it is told again', async () => {
  const life = await aLog()
  const backup = await life.write(2)
  await life.log.keepFrom('backup', backup)
  await life.log.removeBefore(await life.write(2))
  await life.reopen()
  await life.log.keepFrom('backup', backup)
  await life.log.removeBefore(await life.write(1))
  expect(await life.segments()).toEqual([3, 4, 5])
})

it('keeps the newest within its bound, which is beside that of the log', async () => {
  const life = await aLog({ keepLogBytes: 700, maxLogBytes: 700 })
  await life.log.keepFrom('backup', life.log.begin)
  for (let segment = 1; segment <= 9; segment++) {
    await life.log.removeBefore(await life.write(1))
    expect(life.log.keptBytes).toBeLessThanOrEqual(700)
  }
  expect(await life.segments()).toEqual([7, 8, 9])
})

it('takes for kept nothing that the store needs again: it may have gone back to the backup', async () => {
  const { log, write, segments } = await aLog()
  const backup = await write(2)
  await log.keepFrom('backup', backup)
  await log.removeBefore(await write(3))
  await log.removeBefore(backup)
  expect(log.keptBytes).toBe(0)
  await log.keepFrom('backup', undefined)
  expect(await segments()).toEqual([3, 4, 5])
})

it('gives up what there is for room on the disk, before anything is refused, and keeps what comes then', async () => {
  const { disk, log, write, segments } = await aLog()
  for (const reader of ['backup', 'export'] as const) await log.keepFrom(reader, log.begin)
  await log.removeBefore(await write(4))
  const { space } = disk
  disk.space = async () => ({ total: 10_000, free: 1200 - (await segments()).length * 200 })
  await write(1)
  expect(await segments()).toEqual([4, 5])
  disk.space = space
  await log.removeBefore(await write(2))
  expect(await segments()).toEqual([4, 5, 6, 7])
  await log.keepFrom('backup', undefined)
  expect(await segments()).toEqual([4, 5, 6, 7])
})

it('counts nothing of what is being deleted, however long that takes', async () => {
  const disk = createFaultyDisk(Math.random)
  const files = { ...disk, remove: () => new Promise<void>(() => {}) }
  const log = await openLogWriter({ files, segmentBytes: 100, keepLogBytes: 700 })
  for (let number = 0; number < 6; number++) await log.write([entry(number)])
  await log.keepFrom('backup', log.begin)
  const segmentBytes = log.bytes / 6
  void log.removeBefore(log.end)
  expect([log.bytes, log.keptBytes].map((bytes) => Math.round(bytes / segmentBytes))).toEqual([1, 2])
})

it('keeps what was not sent on, beside what came after a backup: whichever reaches back further', async () => {
  const { log, write, segments } = await aLog({ exportLogBytes: 1100 })
  const sent = await write(2)
  await log.keepFrom('export', sent)
  const backup = await write(2)
  await log.keepFrom('backup', backup)
  await log.removeBefore(await write(2))
  expect(await segments()).toEqual([3, 4, 5, 6])
  await log.keepFrom('export', log.end)
  expect(await segments()).toEqual([5, 6])
  await log.keepFrom('export', sent)
  await log.keepFrom('backup', undefined)
  // Its bound holds three of them.
  await log.removeBefore(await write(4))
  expect(await segments()).toEqual([7, 8, 9, 10])
})

it('knows from which segment on there is as much as a bound holds', async () => {
  const { log, write } = await aLog()
  await write(4)
  const within = (bytes: number) => Number(log.oldestWithin(bytes).slice(0, 10))
  expect([within(10_000), within(700), within(300), within(0)]).toEqual([1, 3, 4, 4])
})

it('writes over what sessions have in what is kept, and over what is damaged there or nobody’s, and leaves the rest', async () => {
  const { log, disk, write, segments } = await aLog({ segmentBytes: 900 })
  await log.keepFrom('export', log.begin)
  const other: SessionEntry = { head: { session: 'other', from: 0, to: 1, pushed: 1 }, body: Buffer.from('left') }
  await log.write([other])
  await write(3)
  const [kept = ''] = await disk.list().then((names) => names.filter((name) => name.endsWith('.log')))
  await log.removeBefore(await write(1))
  expect(await segments()).toEqual([1, 2])
  disk.flip(kept, disk.contentOf(kept).indexOf('left') + 250)
  disk.put(kept, Buffer.concat([disk.contentOf(kept), Buffer.alloc(50, 'n')]))
  const before = disk.contentOf(kept)
  await log.emptyKept(new Set(['s']), ({ body }) => Buffer.alloc(body.length, 'e'))
  const after = disk.contentOf(kept)
  expect(after).toHaveLength(before.length)
  const entries = await arrayOf(readLog(disk, undefined, log.end))
  const bodies = entries.map((record) => (record.kind === 'entry' ? record.entry.body.toString() : record.kind))
  expect(bodies).toEqual(['left', 'damage', 'e'.repeat(200), 'e'.repeat(200), Buffer.alloc(200).toString()])
  expect(after.subarray(-50)).toEqual(Buffer.alloc(50))
})

async function arrayOf<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}
