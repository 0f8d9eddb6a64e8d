/** The log over a disk that forgets, tears, fails and decays: what was acknowledged is there, once and in order. */
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Entry, encodeEntry, type SessionEntry } from './entry.ts'
import { readOwner } from './owner.ts'
import { type LogRecord, readLog } from './read-log.ts'
import { formatVersion, listSegments, segmentFile, segmentHeadBytes } from './segment.ts'
import { createFaultyDisk, type FaultyDisk } from './test-doubles.ts'
import { type LogWarning, type LogWriter, openLogWriter } from './write-log.ts'

const entry = (number: number, text = `{"n":${number}}`): SessionEntry => ({
  head: { session: `s${number % 3}`, from: number, to: number + 1, pushed: number + 1 },
  body: Buffer.from(text),
})

const numberOf = ({ head }: Entry): number => ('from' in head ? head.from : Number.NaN)

async function readAll(disk: FaultyDisk, log: LogWriter): Promise<readonly LogRecord[]> {
  const records: LogRecord[] = []
  for await (const record of readLog(disk, undefined, log.end)) records.push(record)
  return records
}

const entriesIn = (records: readonly LogRecord[]): readonly Entry[] =>
  records.flatMap((record) => (record.kind === 'entry' ? [record.entry] : []))

const segmentsOf = async (disk: FaultyDisk): Promise<readonly string[]> =>
  (await listSegments(disk)).map(({ key }) => segmentFile(key))

async function newestFile(disk: FaultyDisk): Promise<string> {
  const newest = (await segmentsOf(disk)).at(-1)
  if (newest === undefined) throw new Error('Expected a segment')
  return newest
}

/** Like Math.random, and the same in each run. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

describe('a log that is written and read', () => {
  it('gives back what was written, byte for byte, over several segments', async () => {
    const disk = createFaultyDisk(Math.random)
    const log = await openLogWriter({ files: disk, segmentBytes: 300 })
    const written = Array.from({ length: 20 }, (_, at) => entry(at, `{"text":"${'é🚀"\\'.repeat(at)}"}`))
    for (const one of written) expect(await log.write([one])).toMatchObject({ kind: 'written' })
    expect((await listSegments(disk)).length).toBeGreaterThan(3)
    const read = entriesIn(await readAll(disk, log))
    expect(read.map(({ head }) => head)).toEqual(written.map(({ head }) => head))
    expect(read.map(({ body }) => Buffer.from(body))).toEqual(written.map(({ body }) => body))
  })

  it('gives back an entry of any size: one has all that a session sent while the disk was slow', async () => {
    const disk = createFaultyDisk(Math.random)
    const log = await openLogWriter({ files: disk })
    const large = entry(1, 'x'.repeat(20_000_000))
    await log.write([large, entry(2)])
    const read = entriesIn(await readAll(disk, log))
    expect(read.map((each) => [numberOf(each), each.body.length])).toEqual([
      [1, 20_000_000],
      [2, entry(2).body.length],
    ])
  })

  it('reads on from a position, up to the synced end and no further', async () => {
    const disk = createFaultyDisk(Math.random)
    const log = await openLogWriter({ files: disk })
    const first = await log.write([entry(1), entry(2)])
    const second = await log.write([entry(3)])
    await log.write([entry(4)])
    if (first.kind !== 'written' || second.kind !== 'written') throw new Error('Expected both to be written')
    const records: LogRecord[] = []
    for await (const record of readLog(disk, first.end, second.end)) records.push(record)
    expect(records).toMatchObject([{ kind: 'entry', entry: { head: { from: 3 } }, end: second.end }])
  })

  it('begins at the oldest entry where the position is of another log, and at the next segment where it is past the end', async () => {
    const disk = createFaultyDisk(Math.random)
    const log = await openLogWriter({ files: disk, segmentBytes: 100 })
    await log.write([entry(1)])
    const [first] = await listSegments(disk)
    await log.write([entry(2)])
    const readFrom = async (segment: string, offset: number) => {
      const numbers: number[] = []
      for await (const record of readLog(disk, { segment, offset }, log.end)) {
        if (record.kind === 'entry') numbers.push(numberOf(record.entry))
      }
      return numbers
    }
    expect(await readFrom(`0000000001-${'ab'.repeat(16)}`, 5000)).toEqual([1, 2])
    expect(await readFrom(first?.key ?? '', 1e9)).toEqual([2])
  })

  it('deletes the segments that a position covers, and never the one that is written', async () => {
    const disk = createFaultyDisk(Math.random)
    const log = await openLogWriter({ files: disk, segmentBytes: 100 })
    await log.write([entry(1)])
    const second = await log.write([entry(2)])
    await log.write([entry(3)])
    if (second.kind !== 'written') throw new Error('Expected it to be written')
    const before = log.bytes
    await log.removeBefore({ ...second.end, offset: second.end.offset - 1 })
    expect(entriesIn(await readAll(disk, log)).map(numberOf)).toEqual([2, 3])
    expect(log.bytes).toBeLessThan(before)
    await log.removeBefore({ segment: `0000000009-${'ab'.repeat(16)}`, offset: 0 })
    await log.removeBefore(second.end)
    await log.removeBefore(log.end)
    expect(entriesIn(await readAll(disk, log)).map(numberOf)).toEqual([3])
    const again = await openLogWriter({ files: disk, segmentBytes: 100 })
    await again.removeBefore(log.end)
    expect((await listSegments(disk)).length).toBe(1)
  })
})

describe('a log that is opened again and again', () => {
  it('keeps no segment that was never written to, however often that was', async () => {
    const disk = createFaultyDisk(Math.random)
    for (let starts = 0; starts < 20; starts++) await openLogWriter({ files: disk })
    expect(await segmentsOf(disk)).toHaveLength(1)
    const log = await openLogWriter({ files: disk })
    await log.write([entry(1)])
    for (let starts = 0; starts < 20; starts++) await openLogWriter({ files: disk })
    const last = await openLogWriter({ files: disk })
    await last.write([entry(2)])
    expect(await segmentsOf(disk)).toHaveLength(2)
    expect(await readAll(disk, last)).toMatchObject([
      { kind: 'entry', entry: { head: { from: 1 } } },
      { kind: 'entry', entry: { head: { from: 2 } } },
    ])
    expect(last.bytes).toBe((await listSegments(disk)).reduce((sum, { bytes }) => sum + bytes, 0))
  })

  it('has one file open at a time, however many segments there are', async () => {
    const disk = createFaultyDisk(Math.random)
    const log = await openLogWriter({ files: disk, segmentBytes: 1 })
    for (let number = 0; number < 20; number++) await log.write([entry(number)])
    let [open, most] = [0, 0]
    const files = {
      ...disk,
      async open(name: string) {
        const file = await disk.open(name)
        most = Math.max(most, ++open)
        return { ...file, close: async () => void open-- }
      },
    }
    expect(await listSegments(files)).toHaveLength(21)
    expect([open, most]).toEqual([0, 1])
  })

  it('passes over a segment that goes while the folder is read, for another process has deleted it', async () => {
    const disk = createFaultyDisk(Math.random)
    const log = await openLogWriter({ files: disk, segmentBytes: 1 })
    for (let number = 0; number < 3; number++) await log.write([entry(number)])
    const [first] = await listSegments(disk)
    const files = { ...disk, list: async () => [...(await disk.list()), segmentFile(`0000000000-${'0'.repeat(32)}`)] }
    expect((await listSegments(files))[0]).toEqual(first)
  })
})

describe('the last entry of a session', () => {
  const textOf = async (log: LogWriter, session: string): Promise<string | undefined> => {
    const found = await log.lastEntry(session)
    return found && Buffer.from(found.body).toString()
  }

  it('is found at once and after any start, over several segments', async () => {
    const disk = createFaultyDisk(Math.random)
    const first = await openLogWriter({ files: disk, segmentBytes: 300 })
    for (let number = 0; number < 10; number++) await first.write([entry(number), entry(number + 1)])
    const second = await openLogWriter({ files: disk, segmentBytes: 300 })
    for (const log of [first, second]) {
      expect([...log.sessions()].sort()).toEqual(['s0', 's1', 's2'])
      expect(await Promise.all(['s0', 's1', 's2', 's3'].map((id) => textOf(log, id)))).toEqual([
        '{"n":9}',
        '{"n":10}',
        '{"n":8}',
        undefined,
      ])
    }
  })

  it('is let go once a checkpoint covers it, also at the next start', async () => {
    const disk = createFaultyDisk(Math.random)
    const log = await openLogWriter({ files: disk, segmentBytes: 150 })
    await log.write([entry(0)])
    const second = await log.write([entry(1)])
    await log.write([entry(2)])
    if (second.kind !== 'written') throw new Error('Expected it to be written')
    await log.removeBefore({ segment: `0000000001-${'ab'.repeat(16)}`, offset: 1e9 })
    expect([...log.sessions()]).toEqual(['s0', 's1', 's2'])
    await log.removeBefore(second.end)
    expect([...log.sessions()]).toEqual(['s2'])
    expect([...(await openLogWriter({ files: disk })).sessions()]).toEqual(['s2'])
  })

  it.each([
    ['of a later format', '{"format":2}'],
    ['torn', '{"format":1,"segment":"00000'],
    ['empty', ''],
    ['of another log', JSON.stringify({ format: 1, segment: `0000000001-${'ab'.repeat(16)}`, offset: 60 })],
    ['anything', '[null]'],
  ])('is found where the hint of the checkpoint is %s', async (_, hint) => {
    const disk = createFaultyDisk(Math.random)
    const log = await openLogWriter({ files: disk, segmentBytes: 100 })
    for (let number = 0; number < 3; number++) await log.write([entry(number)])
    disk.put('checkpoint', Buffer.from(hint))
    expect([...(await openLogWriter({ files: disk })).sessions()]).toEqual(['s0', 's1', 's2'])
  })

  it('of those told of the longest ago is let go beyond the capacity, and a damaged one is none', async () => {
    const disk = createFaultyDisk(Math.random)
    const log = await openLogWriter({ files: disk, maxIndexedSessions: 2 })
    await log.write([entry(0), entry(1), entry(3), entry(2)])
    expect([...log.sessions()]).toEqual(['s0', 's2'])
    const name = await newestFile(disk)
    disk.flip(name, disk.contentOf(name).indexOf('{"n":3}'))
    expect([await textOf(log, 's0'), await textOf(log, 's2')]).toEqual([undefined, '{"n":2}'])
    log.forget('s2')
    expect(await textOf(log, 's2')).toBeUndefined()
  })
})

describe('the owner of a log', () => {
  it('is the last one that opened it: an earlier one acknowledges nothing, deletes nothing, and hears of it once', async () => {
    const disk = createFaultyDisk(Math.random)
    let lost = 0
    const first = await openLogWriter({ files: disk, segmentBytes: 100, onLost: () => lost++ })
    await first.write([entry(1)])
    await first.write([entry(2)])
    const second = await openLogWriter({ files: disk, socket: '/a/socket' })
    expect(await first.write([entry(3)])).toEqual({ kind: 'lost_ownership' })
    expect(await first.write([entry(4)])).toEqual({ kind: 'lost_ownership' })
    await first.removeBefore(first.end)
    expect([lost, first.available]).toEqual([1, false])
    expect(await second.write([entry(5)])).toMatchObject({ kind: 'written' })
    expect(entriesIn(await readAll(disk, second)).map(numberOf)).toEqual([1, 2, 5])
    expect(await readOwner(disk)).toMatchObject({ socket: '/a/socket' })
  })

  it('is nobody where the file says anything else, which keeps nobody from opening', async () => {
    const disk = createFaultyDisk(Math.random)
    for (const text of ['{"format":2,"id":"x"}', '', 'null', '{"format":1', '{"format":1,"id":7}']) {
      disk.put('owner', Buffer.from(text))
      expect(await readOwner(disk)).toBeUndefined()
      const log = await openLogWriter({ files: disk })
      expect(await log.write([entry(1)])).toMatchObject({ kind: 'written' })
    }
  })

  it('acknowledges nothing while the file can not be read, and goes on once it can', async () => {
    const disk = createFaultyDisk(Math.random)
    let broken = false
    const readText: FaultyDisk['readText'] = async (name) => {
      if (broken) throw new Error('EMFILE')
      return disk.readText(name)
    }
    const log = await openLogWriter({ files: { ...disk, readText } })
    broken = true
    expect(await log.write([entry(1)])).toMatchObject({ kind: 'unavailable', reason: 'Error: EMFILE' })
    broken = false
    await log.write([entry(2)])
    expect(entriesIn(await readAll(disk, log)).map(numberOf)).toEqual([2])
  })

  it('is one of two that open at the same moment', async () => {
    const disk = createFaultyDisk(Math.random)
    const replaceText: FaultyDisk['replaceText'] = async (name, text) => {
      await disk.replaceText(name, text)
      await disk.replaceText(name, '{"format":1,"id":"another"}')
    }
    await expect(openLogWriter({ files: { ...disk, replaceText } })).rejects.toMatchObject({ code: 'data_in_use' })
  })
})

describe('a write that fails', () => {
  it.each(['write', 'sync'] as const)(
    'counts for nothing after a failed %s, also once the next has come',
    async (kind) => {
      const disk = createFaultyDisk(seeded(1))
      const log = await openLogWriter({ files: disk })
      await log.write([entry(1)])
      disk.fail(kind)
      expect(await log.write([entry(2)])).toMatchObject({ kind: 'unavailable', reason: expect.stringContaining('EIO') })
      await log.write([entry(3)])
      expect(entriesIn(await readAll(disk, log)).map(numberOf)).toEqual([1, 3])
      expect((await listSegments(disk)).length).toBe(2)
    },
  )

  it.each(['create', 'write', 'sync', 'folder-sync'] as const)(
    'stays unavailable while no segment can be made (%s), and goes on once one can',
    async (kind) => {
      const disk = createFaultyDisk(seeded(2))
      const log = await openLogWriter({ files: disk, segmentBytes: 100 })
      await log.write([entry(1)])
      disk.fail(kind)
      expect(await log.write([entry(2)])).toMatchObject({ kind: 'unavailable' })
      expect(await log.write([entry(3)])).toMatchObject({ kind: 'written' })
      expect(entriesIn(await readAll(disk, log)).map(numberOf)).toEqual([1, 3])
      const numbers = (await listSegments(disk)).map(({ number }) => number)
      expect(new Set(numbers).size).toBe(numbers.length)
      expect(numbers).toHaveLength(2)
    },
  )

  it('takes nothing beyond its bound or into the reserve, and all again once there is room', async () => {
    const disk = createFaultyDisk(Math.random)
    const log = await openLogWriter({ files: disk, segmentBytes: 100, maxLogBytes: 400 })
    expect(await log.write([entry(1, 'x'.repeat(400))])).toMatchObject({
      kind: 'unavailable',
      reason: expect.stringContaining('at most 400 bytes'),
    })
    disk.free = 399
    expect(await log.write([entry(2)])).toMatchObject({
      kind: 'unavailable',
      reason: expect.stringContaining('400 free bytes'),
    })
    disk.free = 4000
    expect(await log.write([entry(3)])).toMatchObject({ kind: 'written' })
  })

  it('goes on where the file system does not know how much room it has', async () => {
    const disk = createFaultyDisk(Math.random)
    disk.free = 0
    disk.total = 0
    const log = await openLogWriter({ files: disk })
    expect(await log.write([entry(1)])).toMatchObject({ kind: 'written' })
  })

  it('warns once where a folder can not be synced, and goes on', async () => {
    const disk = createFaultyDisk(Math.random)
    const warnings: LogWarning[] = []
    disk.fail('folder-sync', 'EINVAL')
    const log = await openLogWriter({ files: disk, segmentBytes: 100, onWarning: (warning) => warnings.push(warning) })
    await log.write([entry(1)])
    disk.fail('folder-sync', 'ENOTSUP')
    expect(await log.write([entry(2)])).toMatchObject({ kind: 'written' })
    expect(warnings).toMatchObject([{ code: 'no_folder_sync' }])
  })
})

describe('damage', () => {
  const twenty = async (disk: FaultyDisk): Promise<LogWriter> => {
    const log = await openLogWriter({ files: disk })
    for (let number = 0; number < 20; number++) await log.write([entry(number)])
    return log
  }

  it('costs the entry that it hits, wherever it hits, and tells whose it was where the head is sound', async () => {
    const disk = createFaultyDisk(Math.random)
    const log = await twenty(disk)
    const name = await newestFile(disk)
    const sound = disk.contentOf(name)
    for (let position = 0; position < sound.length; position++) {
      disk.put(name, sound)
      disk.flip(name, position)
      const records = await readAll(disk, log)
      const lost = 20 - entriesIn(records).length
      // A head of the segment that is damaged costs none: the id stands in its name, too.
      expect(lost).toBe(position < segmentHeadBytes ? 0 : 1)
      const damage = records.filter((record) => record.kind === 'damage')
      expect(damage.length).toBe(lost)
    }
  })

  it('names the session of a damaged body', async () => {
    const disk = createFaultyDisk(Math.random)
    const log = await openLogWriter({ files: disk })
    await log.write([entry(1), entry(2, 'the body that is hit'), entry(3)])
    const name = await newestFile(disk)
    disk.flip(name, disk.contentOf(name).indexOf('that is hit'))
    const records = await readAll(disk, log)
    expect(records.find((record) => record.kind === 'damage')).toMatchObject({ heads: [entry(2).head] })
    expect(entriesIn(records).map(numberOf)).toEqual([1, 3])
  })

  it('at the end is left where it is, told, and never read again', async () => {
    const disk = createFaultyDisk(Math.random)
    await twenty(disk)
    const name = await newestFile(disk)
    disk.put(name, Buffer.concat([disk.contentOf(name), Buffer.alloc(65_536)]))
    const bytes = disk.contentOf(name).length
    const warnings: LogWarning[] = []
    const log = await openLogWriter({ files: disk, onWarning: (warning) => warnings.push(warning) })
    expect(warnings).toMatchObject([{ code: 'damaged_tail', bytes: 65_536, heads: [] }])
    await log.write([entry(20)])
    const records = await readAll(disk, log)
    expect(records.every(({ kind }) => kind === 'entry')).toBe(true)
    expect(entriesIn(records).length).toBe(21)
    expect(disk.contentOf(name).length).toBe(bytes)
  })

  it('of a whole segment that is gone is told', async () => {
    const disk = createFaultyDisk(Math.random)
    const log = await openLogWriter({ files: disk, segmentBytes: 100 })
    for (let number = 0; number < 3; number++) await log.write([entry(number)])
    const [, second] = await listSegments(disk)
    if (!second) throw new Error('Expected three segments')
    disk.lose(segmentFile(second.key))
    const records = await readAll(disk, log)
    expect(entriesIn(records).map(numberOf)).toEqual([0, 2])
    expect(records.filter(({ kind }) => kind === 'missing-segment')).toMatchObject([{ id: second.id.toString('hex') }])
  })

  it('of the segment that is written is told, whoever read in it, and costs nothing of those before', async () => {
    const disk = createFaultyDisk(Math.random)
    const log = await openLogWriter({ files: disk, segmentBytes: 200 })
    for (let number = 0; number < 3; number++) await log.write([entry(number)])
    const lost = await newestFile(disk)
    disk.lose(lost)
    const records = await readAll(disk, log)
    expect(entriesIn(records).map(numberOf)).toEqual([0, 1])
    expect(records.at(-1)).toMatchObject({ kind: 'missing-segment', end: log.end })
    for await (const record of readLog(disk, { ...log.end, offset: 60 }, log.end)) {
      expect(record).toMatchObject({ kind: 'missing-segment', end: log.end })
    }
  })

  it('makes no entry of a copy: neither inside another entry nor at the same place of another segment', async () => {
    const disk = createFaultyDisk(Math.random)
    const log = await openLogWriter({ files: disk })
    await log.write([entry(1)])
    const first = await newestFile(disk)
    const copy = disk.contentOf(first).subarray(segmentHeadBytes)
    await log.write([{ ...entry(2), body: copy }])
    disk.flip(first, segmentHeadBytes + copy.length)
    expect(entriesIn(await readAll(disk, log)).map(numberOf)).toEqual([1])
    const again = await openLogWriter({ files: disk })
    await again.write([entry(3)])
    const second = await newestFile(disk)
    disk.put(second, Buffer.concat([disk.contentOf(second).subarray(0, segmentHeadBytes), copy]))
    expect(entriesIn(await readAll(disk, again)).map(numberOf)).toEqual([1])
  })

  it('is stepped over to the next entry, however long it is', async () => {
    const mebibyte = 1024 * 1024
    for (let bytes = mebibyte - 4; bytes <= mebibyte + 4; bytes++) {
      const disk = createFaultyDisk(Math.random)
      const log = await openLogWriter({ files: disk })
      const head = entry(1)
      const frameBytes = Buffer.concat(encodeEntry(head, { segmentId: Buffer.alloc(16), offset: 0 })).length
      await log.write([{ ...head, body: Buffer.alloc(bytes - frameBytes + head.body.length, 0x61) }, entry(2)])
      disk.flip(await newestFile(disk), segmentHeadBytes)
      expect(entriesIn(await readAll(disk, log)).map(numberOf)).toEqual([2])
    }
  })

  it('that cuts a segment off is read past at once, however much is gone', async () => {
    const disk = createFaultyDisk(Math.random)
    const log = await openLogWriter({ files: disk, segmentBytes: 100 })
    await log.write([entry(1, 'x'.repeat(100_000))])
    await log.write([entry(2)])
    const [first] = await segmentsOf(disk)
    disk.truncate(first ?? '', 100)
    let reads = 0
    const files = {
      ...disk,
      async open(name: string) {
        const file = await disk.open(name)
        return {
          ...file,
          read(position: number, length: number) {
            reads++
            return file.read(position, length)
          },
        }
      },
    }
    const records: LogRecord[] = []
    for await (const record of readLog(files, undefined, log.end)) records.push(record)
    expect(records).toMatchObject([{ kind: 'damage' }, { kind: 'entry', entry: { head: { from: 2 } } }])
    expect(reads).toBeLessThan(20)
  })

  it('never follows a segment whose making failed: what came before it is made durable', async () => {
    const disk = createFaultyDisk(() => 0.9)
    const log = await openLogWriter({ files: disk })
    disk.fail('sync')
    await log.write([entry(1)])
    disk.fail('write')
    await log.write([entry(2)])
    // The process ends; the next one finds the entry in the page cache, and a sink may read it there.
    expect(entriesIn(await readAll(disk, await openLogWriter({ files: disk }))).map(numberOf)).toEqual([1])
    disk.cutPower()
    expect(entriesIn(await readAll(disk, await openLogWriter({ files: disk }))).map(numberOf)).toEqual([1])
  })

  it('refuses a segment of a later format by its name', async () => {
    const disk = createFaultyDisk(Math.random)
    await openLogWriter({ files: disk })
    const name = await newestFile(disk)
    const head = disk.contentOf(name)
    head.writeUInt32LE(formatVersion + 1, 8)
    head.writeUInt32LE(crc32(head.subarray(0, 56)), 56)
    disk.put(name, head)
    await expect(openLogWriter({ files: disk })).rejects.toMatchObject({
      code: 'data_unusable',
      message: expect.stringContaining(`${name} of format ${formatVersion + 1}`),
    })
  })
})

type Step =
  | { readonly kind: 'write'; readonly count: number }
  | { readonly kind: 'fail'; readonly call: 'write' | 'sync' | 'create' | 'folder-sync' }
  | { readonly kind: 'kill' | 'cut-power' }

const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('write' as const), count: fc.integer({ min: 1, max: 4 }) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('fail' as const),
        call: fc.constantFrom('write' as const, 'sync' as const, 'create' as const, 'folder-sync' as const),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('kill' as const, 'cut-power' as const) }) },
  ),
  { maxLength: 40 },
)

it('loses no entry that was acknowledged or read, doubles none, and invents none, whatever fails whenever', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.integer({ min: 1 }), async (script: readonly Step[], seed) => {
      const disk = createFaultyDisk(seeded(seed))
      let next = 0
      /** Acknowledged, or read: a sink may have taken it on. */
      const kept = new Set<number>()
      /** Answered as unavailable: they are sent again, so they must not come back by themselves. */
      const refused = new Set<number>()
      let sinceOpening: number[] = []
      const check = async (log: LogWriter): Promise<void> => {
        const numbers = entriesIn(await readAll(disk, log)).map(numberOf)
        expect(numbers).toEqual([...new Set(numbers)].sort((one, other) => one - other))
        expect(numbers.filter((number) => number >= next || refused.has(number))).toEqual([])
        expect([...kept].filter((number) => !numbers.includes(number))).toEqual([])
        for (const number of numbers) kept.add(number)
      }
      const open = async (): Promise<LogWriter> => {
        // What was refused just before an end may come back: nobody was left to say that it must not.
        for (const number of sinceOpening) refused.delete(number)
        sinceOpening = []
        for (;;) {
          try {
            return await openLogWriter({ files: disk, segmentBytes: 400 })
          } catch {
            // One failure was due; the next try meets none.
          }
        }
      }
      let log = await open()
      for (const step of script) {
        if (step.kind === 'fail') disk.fail(step.call)
        else if (step.kind === 'write') {
          const group = Array.from({ length: step.count }, () => entry(next++))
          const { kind } = await log.write(group)
          for (const number of group.map(numberOf)) (kind === 'written' ? kept : refused).add(number)
          sinceOpening.push(...group.map(numberOf))
        } else {
          if (step.kind === 'cut-power') disk.cutPower()
          log = await open()
        }
        await check(log)
      }
    }),
    { numRuns: Number(process.env.LOG_RUNS ?? 500) },
  )
})
