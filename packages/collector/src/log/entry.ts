/**
 * Encodes and decodes an entry of the log: what one session has in one group, or an operation on what is stored.
 *
 *     magic 4 | head bytes 4 | body bytes 4 | head crc 4 | body crc 4 | head (JSON) | body
 *
 * Numbers are little-endian. Both checksums (CRC-32, as zlib has it) cover the segment's id and the entry's offset, so
 * that a block of an earlier file is no entry here; the head has its own, so that damage to the body can be told by
 * session. The magic holds 0xFF, which no UTF-8 text does: a client's text can't forge an entry.
 */
import { crc32 } from 'node:zlib'
import { parseObject } from '../parse-object.ts'

export type EntryHead = SessionHead | OperationHead

/** What is done to all that stands before it. */
export interface OperationHead {
  readonly operation: string
  /** Sessions whose entries before it are not what is committed of them. */
  readonly forgotten?: readonly string[]
}

/** Whose entry it is, and which sequences it commits. */
export interface SessionHead {
  readonly session: string
  /** The committed sequence that it starts from. */
  readonly from: number
  /** The committed sequence after it. */
  readonly to: number
  /** The highest sequence that the sender had given out. */
  readonly pushed: number
  /** The store was away when the session came: only it can tell whether the session began here. */
  readonly unconfirmed?: true
  /**
   * Who does not know it can't read the entry: left out, it is 1. What a reader may pass over, as one more field, needs no
   * other; what would make it store something else does.
   */
  readonly format?: number
}

/** The latest one that is known. */
export const entryFormat = 1

export interface Entry<Head extends EntryHead = EntryHead> {
  readonly head: Head
  readonly body: Uint8Array
}

export type SessionEntry = Entry<SessionHead>

export const isSessionEntry = (entry: Entry): entry is SessionEntry => 'session' in entry.head

/** The sessions among the heads of entries. */
export const sessionsIn = (heads: readonly EntryHead[]): readonly string[] => [
  ...new Set(heads.flatMap((head) => ('session' in head ? head.session : []))),
]

/** An entry but for its body, as it was read. */
export interface EntryFrame {
  readonly head: EntryHead
  /** From the entry's begin. */
  readonly bodyStart: number
  readonly bodyBytes: number
  readonly hasBody: (body: Uint8Array) => boolean
}

export const entryMagic: Buffer = Buffer.from([0xff, 0x44, 0x4c, 0x45])
const fixedBytes = 20

/** A head holds a session id of at most 64 characters and three numbers, and little more; or ten such ids. */
const maxHeadBytes = 1024

/** All that has to be read to decode a frame. */
export const maxFrameBytes: number = fixedBytes + maxHeadBytes

/** Where an entry stands, which its checksums cover. */
export interface EntryPlace {
  readonly segmentId: Uint8Array
  readonly offset: number
}

/** @returns what to write there, in order */
export function encodeEntry({ head, body }: Entry, place: EntryPlace): readonly Uint8Array[] {
  const headText = Buffer.from(JSON.stringify(head))
  const fixed = Buffer.alloc(fixedBytes)
  entryMagic.copy(fixed)
  fixed.writeUInt32LE(headText.length, 4)
  fixed.writeUInt32LE(body.length, 8)
  const headCrc = crcOfHead(fixed, headText, place)
  fixed.writeUInt32LE(headCrc, 12)
  fixed.writeUInt32LE(crc32(body, headCrc), 16)
  return [fixed, headText, body]
}

/** Reads the frame that `bytes` begins with; undefined where none stands there. Never throws. */
export function decodeFrame(bytes: Buffer, place: EntryPlace): EntryFrame | undefined {
  if (bytes.length < fixedBytes || !bytes.subarray(0, entryMagic.length).equals(entryMagic)) return undefined
  const bodyStart = fixedBytes + bytes.readUInt32LE(4)
  const bodyBytes = bytes.readUInt32LE(8)
  const [headCrc, bodyCrc] = [bytes.readUInt32LE(12), bytes.readUInt32LE(16)]
  if (bodyStart > Math.min(maxFrameBytes, bytes.length)) return undefined
  const headText = bytes.subarray(fixedBytes, bodyStart)
  // It covers the lengths, so that of the body is no damage, however large: one has all that a session sent meanwhile.
  if (crcOfHead(bytes, headText, place) !== headCrc) return undefined
  const head = parseObject(headText.toString())
  if (!isHead(head)) return undefined
  return { head, bodyStart, bodyBytes, hasBody: (body) => crc32(body, headCrc) === bodyCrc }
}

/** A checksum that is right by chance, or by somebody's doing, makes no head of it. */
function isHead(head: Readonly<Record<string, unknown>> = {}): head is EntryHead & Readonly<Record<string, unknown>> {
  const { operation, forgotten = [], session, from, to, pushed } = head
  return typeof session === 'string'
    ? [from, to, pushed].every(Number.isSafeInteger)
    : typeof operation === 'string' && Array.isArray(forgotten)
}

function crcOfHead(fixed: Buffer, headText: Uint8Array, { segmentId, offset }: EntryPlace): number {
  const place = Buffer.alloc(8)
  place.writeBigUInt64LE(BigInt(offset))
  return crc32(headText, crc32(fixed.subarray(4, 12), crc32(place, crc32(segmentId))))
}
