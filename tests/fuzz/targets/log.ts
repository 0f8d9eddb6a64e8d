/**
 * Opens a collector's log: whatever became of its files, it is opened, each entry that is sound is read once and in order, nothing
 * is read that was never written, and it goes on.
 */
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { encodeEvents, noEvents } from '../../../packages/collector/src/commit/encoded-events.ts'
import { decodeOperation, encodeOperation } from '../../../packages/collector/src/commit/operation.ts'
import { newRecord } from '../../../packages/collector/src/commit/session-record.ts'
import { decodeWrite, encodeWrite } from '../../../packages/collector/src/commit/session-write.ts'
import { CollectorError } from '../../../packages/collector/src/errors.ts'
import { type Entry, entryMagic, isSessionEntry } from '../../../packages/collector/src/log/entry.ts'
import { readLog } from '../../../packages/collector/src/log/read-log.ts'
import {
  encodeHead,
  type SegmentName,
  segmentFile,
  segmentHeadBytes,
  segmentKey,
} from '../../../packages/collector/src/log/segment.ts'
import { createFaultyDisk, type FaultyDisk } from '../../../packages/collector/src/log/test-doubles.ts'
import { openLogWriter } from '../../../packages/collector/src/log/write-log.ts'
import { usedHeap } from '../held-bytes.ts'
import { type Damage, damage, damaged, oddJson } from '../inputs/damaged-json.ts'
import type { Subject, Target } from '../target.ts'

export const log: Target = {
  name: 'log',
  about: "the collector's log, with damaged entries, heads and files",
  share: 3,
  open: async (): Promise<Subject<LogHarm>> => ({
    inputs: harms,
    lanes: 1,
    countOf: () => 1,
    try: openHarmed,
    check: async () => {},
    heldBytes: async () => usedHeap(),
    close: async () => {},
  }),
}

interface LogHarm {
  /** Heads of entries that say something else, under checksums that are right. */
  readonly heads: readonly { readonly entry: number; readonly damage: Damage }[]
  readonly bytes: readonly ByteHarm[]
  /** Small files, each a hint and no more. */
  readonly small: readonly { readonly file: 'owner' | 'checkpoint'; readonly text: string }[]
}

interface ByteHarm {
  readonly how: 'flip' | 'zero' | 'magic' | 'cut' | 'insert' | 'lose' | 'head'
  readonly segment: number
  readonly at: number
  readonly length: number
}

const harms: fc.Arbitrary<LogHarm> = fc.record({
  heads: fc.array(fc.record({ entry: fc.nat({ max: 99 }), damage }), { maxLength: 2 }),
  bytes: fc.array(
    fc.record({
      how: fc.constantFrom('flip', 'flip', 'zero', 'magic', 'cut', 'insert', 'lose', 'head'),
      segment: fc.nat({ max: 9 }),
      at: fc.nat({ max: 9999 }),
      length: fc.nat({ max: 300 }),
    }),
    { maxLength: 3 },
  ),
  small: fc.array(fc.record({ file: fc.constantFrom('owner', 'checkpoint'), text: oddJson }), { maxLength: 1 }),
})

const entriesPerSegment = 6

/** Of sessions, and an operation now and then. */
const written: readonly Entry[] = Array.from({ length: 3 * entriesPerSegment }, (_, at): Entry => {
  const asked = { id: `o${at}`, askedAtMs: at }
  if (at % 7 === 5) return encodeOperation({ kind: 'forget', sessionIds: [`s${at % 3}`], ...asked })
  if (at % 7 === 6) return encodeOperation({ kind: 'expire', receivedBeforeMs: at, ...asked })
  const sessionId = `s${at % 3}`
  const events =
    at % 4 === 0 ? noEvents : encodeEvents([{ seq: at + 1, event: { type: 'é', timestamp: at, json: '{"n":1}' } }])
  const batch = {
    upTo: at + 1,
    pushed: at + 1,
    events,
    rejected: [],
    dropped: {},
    missing: 0,
    end: false,
    receivedAt: at,
  }
  const record = { ...newRecord(sessionId, 0), committedSeq: at + 1, pushed: at + 1 }
  return encodeWrite({ sessionId, from: at, batches: [batch], record, unconfirmed: at % 5 === 0 })
})

interface Placed {
  readonly key: string
  readonly begin: number
  readonly bytes: Buffer
  readonly isOwn: boolean
}

async function openHarmed({ heads, bytes, small }: LogHarm): Promise<void> {
  const disk = createFaultyDisk(() => 0.5)
  const placed = writeAll(disk, new Map(heads.map((one) => [one.entry % written.length, one.damage])))
  const keys = [...new Set(placed.map(({ key }) => key))]
  for (const harm of bytes) apply(harm, disk, keys[harm.segment % keys.length] ?? '')
  for (const { file, text } of small) disk.put(file, Buffer.from(text))
  const writer = await openLogWriter({ files: disk }).catch((error: unknown) => {
    // A head whose checksum is right may say that a later version wrote it.
    if (error instanceof CollectorError && error.code === 'data_unusable') return undefined
    throw error
  })
  if (!writer) return
  for (const session of writer.sessions()) await writer.lastEntry(session)
  await writer.write(written.slice(0, 1))
  const read = await readPlaces(disk, writer.end)
  expectNothingMadeUp(read, placed, segmentFile(writer.end.segment))
  // Where a segment's own head is another, what it says of its neighbours is, too.
  if (!bytes.some(({ how }) => how === 'head' || how === 'lose')) expectAllSound(read, placed, disk)
}

/** Writes each entry into one of three segments, under right checksums. */
function writeAll(disk: FaultyDisk, damages: ReadonlyMap<number, Damage>): readonly Placed[] {
  const placed: Placed[] = []
  let previous: { readonly id: Buffer; readonly soundEnd: number } | undefined
  for (let number = 1; number * entriesPerSegment <= written.length; number++) {
    const name: SegmentName = { number, id: Buffer.alloc(16, number) }
    const key = segmentKey(name)
    let segment = encodeHead({ ...name, previous })
    for (let at = (number - 1) * entriesPerSegment; at < number * entriesPerSegment; at++) {
      const { head, body } = written[at] as Entry
      const harm = damages.get(at)
      const sealed = seal(harm ? damaged(head, harm) : JSON.stringify(head), body, name.id, segment.length)
      placed.push({ key, begin: segment.length, bytes: sealed, isOwn: harm === undefined })
      segment = Buffer.concat([segment, sealed])
    }
    disk.put(segmentFile(key), segment)
    previous = { id: name.id, soundEnd: segment.length }
  }
  return placed
}

/** As `encodeEntry` does, of a head that may be no JSON. */
function seal(headText: string, body: Uint8Array, segmentId: Buffer, offset: number): Buffer {
  const head = Buffer.from(headText)
  const fixed = Buffer.alloc(20)
  entryMagic.copy(fixed)
  fixed.writeUInt32LE(head.length, 4)
  fixed.writeUInt32LE(body.length, 8)
  const place = Buffer.alloc(8)
  place.writeBigUInt64LE(BigInt(offset))
  const headCrc = crc32(head, crc32(fixed.subarray(4, 12), crc32(place, crc32(segmentId))))
  fixed.writeUInt32LE(headCrc, 12)
  fixed.writeUInt32LE(crc32(body, headCrc), 16)
  return Buffer.concat([fixed, head, body])
}

function apply({ how, at, length }: ByteHarm, disk: FaultyDisk, key: string): void {
  const file = segmentFile(key)
  const content = readOf(disk, file)
  if (!content) return
  const place = Math.min(
    how === 'head' ? at % segmentHeadBytes : segmentHeadBytes + (at % content.length),
    content.length,
  )
  const flipped = Buffer.from(content)
  if (place < content.length) flipped[place] = (flipped[place] ?? 0) ^ (1 << (length % 8))
  if (how === 'head' && length % 2 === 0) flipped.writeUInt32LE(crc32(flipped.subarray(0, 56)), 56)
  const [before, after] = [content.subarray(0, place), content.subarray(place)]
  const harmed: Readonly<Record<Exclude<ByteHarm['how'], 'lose'>, () => Buffer>> = {
    flip: () => flipped,
    head: () => flipped,
    zero: () => Buffer.concat([before, Buffer.alloc(Math.min(length, after.length)), after.subarray(length)]),
    magic: () => Buffer.concat([before, entryMagic, after.subarray(entryMagic.length)]),
    insert: () => Buffer.concat([before, Buffer.alloc(length, 7), after]),
    cut: () => before,
  }
  if (how === 'lose') disk.lose(file)
  else disk.put(file, harmed[how]())
}

function readOf(disk: FaultyDisk, file: string): Buffer | undefined {
  try {
    return disk.contentOf(file)
  } catch {
    return undefined
  }
}

const placeOf = ({ key, begin }: Pick<Placed, 'key' | 'begin'>): string => `${key} at ${begin}`

async function readPlaces(disk: FaultyDisk, end: { segment: string; offset: number }): Promise<readonly string[]> {
  const places: string[] = []
  for await (const record of readLog(disk, undefined, end)) {
    if (record.kind !== 'entry') continue
    places.push(placeOf({ key: record.begin.segment, begin: record.begin.offset }))
    // One whose head is another's own is read as whatever it says.
    try {
      if (isSessionEntry(record.entry)) decodeWrite(record.entry).batches.map(({ events }) => events.decode())
      else decodeOperation(record.entry)
    } catch {
      throw new Error('An entry that was read as sound can not be decoded')
    }
  }
  return places
}

function expectNothingMadeUp(read: readonly string[], placed: readonly Placed[], newest: string): void {
  const known = new Set(placed.map(placeOf))
  const strange = read.find((place) => !known.has(place) && !newest.startsWith(place.split(' ')[0] ?? ''))
  if (strange !== undefined) throw new Error(`An entry is read that was never written: ${strange}`)
  if (new Set(read).size < read.length) throw new Error('An entry is read twice')
}

function expectAllSound(read: readonly string[], placed: readonly Placed[], disk: FaultyDisk): void {
  const sound = placed.filter(({ key, begin, bytes, isOwn }) => {
    const content = readOf(disk, segmentFile(key))
    return isOwn && content?.subarray(begin, begin + bytes.length).equals(bytes)
  })
  const found = read.filter((place) => sound.some((one) => placeOf(one) === place))
  if (found.join() !== sound.map(placeOf).join()) {
    throw new Error(`Of ${sound.length} sound entries ${found.length} are read`)
  }
}
