/**
 * Publishes entries to the stream, and reads them back. A message holds one as the log's files have it, whose checksums
 * cover its subject; a header names the write, so that its sender knows it again.
 */
import { messageOf } from '@downlink/protocol'
import { decodeWrite, type SessionWrite } from '../commit/session-write.ts'
import { isSound } from '../commit/sound-write.ts'
import { decodeFrame, type Entry, encodeEntry, entryFormat, isSessionEntry, type SessionEntry } from '../log/entry.ts'
import { isFull, type JetStream } from './connect.ts'
import { streamName, subjectOf } from './subjects.ts'

export interface StreamLog {
  /** Appends a session's entry, if its last message is still the one that is known. Never rejects. */
  publish(sessionId: string, message: StreamWrite): Promise<Published>
  /** The last message of a session. Never rejects. */
  readLast(sessionId: string): Promise<LastMessage>
}

export interface StreamWrite {
  readonly entry: SessionEntry
  /** Of this write alone, however often it is published. */
  readonly writeId: string
  /** Sequence of the session's last message; 0 where there is none. */
  readonly after: number
}

export type Published =
  | { readonly kind: 'written'; readonly seq: number }
  /** It is not there, not there yet, or nobody has said so: the session's last message tells. */
  | { readonly kind: 'unsettled'; readonly reason: string }
  /** The stream takes nothing until sinks have caught up. */
  | { readonly kind: 'full'; readonly reason: string }

export type LastMessage =
  | { readonly kind: 'found'; readonly seq: number; readonly writeId: string; readonly write: SessionWrite }
  /** The session was never seen, or a sink has all that came of it. */
  | { readonly kind: 'none' }
  | { readonly kind: 'unavailable'; readonly reason: string }

/** So long a sink leaves a message, though its store has it. */
export const keptMs = 600_000

const writeHeader = 'Downlink-Write'

export function createStreamLog(jetStream: JetStream): StreamLog {
  const { client, manager, newHeaders } = jetStream
  return {
    async publish(sessionId, { entry, writeId, after }) {
      if (!jetStream.isConnected) return { kind: 'unsettled', reason: 'No server of NATS is connected' }
      const subject = subjectOf(sessionId)
      const headers = newHeaders()
      headers.set(writeHeader, writeId)
      try {
        const { seq } = await client.publish(subject, encodeMessage(entry, subject), {
          headers,
          expect: { lastSubjectSequence: after },
        })
        return { kind: 'written', seq }
      } catch (error) {
        return { kind: isFull(error) ? 'full' : 'unsettled', reason: messageOf(error) }
      }
    },

    async readLast(sessionId) {
      const subject = subjectOf(sessionId)
      try {
        const message = await manager.streams.getMessage(streamName, { last_by_subj: subject })
        if (!message) return { kind: 'none' }
        const write = decodeMessage(message.data, subject)
        if (write === 'later') return { kind: 'unavailable', reason: `Message ${message.seq} is of a later version` }
        // A sink sets it aside, and then the store has what was before it.
        if (!write) return { kind: 'unavailable', reason: `Message ${message.seq} is no entry` }
        return { kind: 'found', seq: message.seq, writeId: message.header.get(writeHeader), write }
      } catch (error) {
        return { kind: 'unavailable', reason: messageOf(error) }
      }
    },
  }
}

export function encodeMessage(entry: Entry, subject: string): Uint8Array {
  return Buffer.concat(encodeEntry(entry, placeOf(subject)))
}

/**
 * `later` for what another version can read, and this one can't; undefined for what is no write of a session under this
 * subject. Never throws.
 */
export function decodeMessage(data: Uint8Array, subject: string): SessionWrite | 'later' | undefined {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.length)
  const frame = decodeFrame(bytes, placeOf(subject))
  if (!frame) return undefined
  const body = bytes.subarray(frame.bodyStart, frame.bodyStart + frame.bodyBytes)
  const entry: Entry = { head: frame.head, body }
  if (!frame.hasBody(body) || !isSessionEntry(entry)) return undefined
  return (entry.head.format ?? 1) > entryFormat ? 'later' : writeIn(entry)
}

/** A checksum tells that an entry is as it was written, and not that this version can read it. */
function writeIn(entry: SessionEntry): SessionWrite | undefined {
  try {
    const write = decodeWrite(entry)
    return isSound(write) ? write : undefined
  } catch {
    return undefined
  }
}

const placeOf = (subject: string) => ({ segmentId: Buffer.from(subject), offset: 0 })
