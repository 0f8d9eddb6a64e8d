/**
 * Names, lists and reads the segments of a log: files that begin with a head, and go on with entries.
 *
 *     magic 8 | format version 4 | number 4 | id 16 | id of the one before 16 | its sound end 8 | crc 4
 *
 * Numbers are little-endian. The id stands in the file's name, too, so that entries can be read where a head is damaged.
 * A segment is written until it is full or a write fails; the head of the next one says where its sound part ends, and
 * what lies beyond that end is nobody's.
 */
import { randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { CollectorError } from '../errors.ts'
import type { LogFile, LogFiles } from './log-files.ts'

export interface SegmentName {
  /** Later segments have higher ones. For their order alone: a position never compares numbers. */
  readonly number: number
  /** 16 random bytes: a log that was lost or put back is never mistaken for the old one. */
  readonly id: Buffer
}

export interface SegmentHead extends SegmentName {
  /** Undefined for the first one of a log. */
  readonly previous: { readonly id: Buffer; readonly soundEnd: number } | undefined
}

export type DecodedHead =
  | { readonly kind: 'head'; readonly head: SegmentHead }
  /** Written by a later version of the collector. */
  | { readonly kind: 'newer'; readonly version: number }
  | { readonly kind: 'damaged' }

/** One that holds as much is followed by the next, unless the log's bound asks for smaller ones. */
export const maxSegmentBytes = 67_108_864

/** 2 and 3 changed what the entry of a session holds, 4 has operations beside them. */
export const formatVersion = 4
export const segmentHeadBytes = 60

const magic = Buffer.from('DLSEG\xff\r\n', 'latin1')
const idBytes = 16
const noId = Buffer.alloc(idBytes)

/** A head's number is a 32-bit one: at a segment a minute it lasts 8,000 years. */
const nameForm = /^(\d{10})-([0-9a-f]{32})\.log$/

export const newSegmentName = (number: number): SegmentName => ({ number, id: randomBytes(idBytes) })

/** Tells a segment from all others, of whichever log. */
export const segmentKey = ({ number, id }: SegmentName): string =>
  `${String(number).padStart(10, '0')}-${id.toString('hex')}`

export const segmentFile = (key: string): string => `${key}.log`

/** The segment that a file is, or a key names. */
export function segmentNameOf(file: string): SegmentName | undefined {
  const [, number, id] = nameForm.exec(file) ?? []
  return number && id ? { number: Number(number), id: Buffer.from(id, 'hex') } : undefined
}

/** The segments among the names of a folder, in order. */
export const segmentsIn = (files: readonly string[]): readonly SegmentName[] =>
  files.flatMap((file) => segmentNameOf(file) ?? []).sort((one, other) => one.number - other.number)

export function encodeHead({ number, id, previous }: SegmentHead): Buffer {
  const bytes = Buffer.alloc(segmentHeadBytes)
  magic.copy(bytes)
  bytes.writeUInt32LE(formatVersion, 8)
  bytes.writeUInt32LE(number, 12)
  id.copy(bytes, 16)
  ;(previous?.id ?? noId).copy(bytes, 32)
  bytes.writeBigUInt64LE(BigInt(previous?.soundEnd ?? 0), 48)
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 56)), 56)
  return bytes
}

export function decodeHead(bytes: Buffer): DecodedHead {
  const isSound =
    bytes.length >= segmentHeadBytes &&
    bytes.subarray(0, magic.length).equals(magic) &&
    crc32(bytes.subarray(0, 56)) === bytes.readUInt32LE(56)
  if (!isSound) return { kind: 'damaged' }
  const version = bytes.readUInt32LE(8)
  if (version > formatVersion) return { kind: 'newer', version }
  const previousId = Buffer.from(bytes.subarray(32, 48))
  const previous = previousId.equals(noId) ? undefined : { id: previousId, soundEnd: Number(bytes.readBigUInt64LE(48)) }
  return { kind: 'head', head: { number: bytes.readUInt32LE(12), id: Buffer.from(bytes.subarray(16, 32)), previous } }
}

export interface Segment extends SegmentName {
  readonly key: string
  /** Undefined where it is damaged. */
  readonly head: SegmentHead | undefined
  readonly bytes: number
  /** As the next segment's head has it; undefined where none names this one. */
  readonly soundEnd: number | undefined
}

/** @throws {CollectorError} `data_unusable` where a later version wrote a segment */
export async function listSegments(files: LogFiles): Promise<readonly Segment[]> {
  const segments: Omit<Segment, 'soundEnd'>[] = []
  // One after the other: a process may have as few as 256 files open.
  for (const name of segmentsIn(await files.list())) {
    const segment = await describeSegment(files, name)
    if (segment) segments.push(segment)
  }
  const soundEnds = new Map(
    segments.flatMap(({ head }) => (head?.previous ? [[idText(head.previous.id), head.previous.soundEnd]] : [])),
  )
  return segments.map((segment) => ({ ...segment, soundEnd: soundEnds.get(idText(segment.id)) }))
}

/** Undefined where it has gone since the folder was listed: another process has deleted what is covered. */
async function describeSegment(files: LogFiles, name: SegmentName): Promise<Omit<Segment, 'soundEnd'> | undefined> {
  const key = segmentKey(name)
  const file = await openIfThere(files, segmentFile(key))
  if (!file) return undefined
  try {
    const decoded = decodeHead(await file.read(0, segmentHeadBytes))
    if (decoded.kind === 'newer') {
      throw new CollectorError(
        'data_unusable',
        `Expected a log of format ${formatVersion} or older, got ${segmentFile(key)} of format ${decoded.version}: ` +
          'a later version of Downlink wrote it; start that version, or give this one another data folder',
      )
    }
    return { ...name, key, head: decoded.kind === 'head' ? decoded.head : undefined, bytes: await file.size() }
  } finally {
    await file.close()
  }
}

export async function openIfThere(files: LogFiles, name: string): Promise<LogFile | undefined> {
  try {
    return await files.open(name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

export const idText = (id: Buffer): string => id.toString('hex')
