/**
 * Publishes a session's write where the session stands as it is known to, and finds out what became of it: by the session's
 * last message, and where a sink has removed that by the store, never by a guess.
 *
 * A write whose answer is lost may still come to be, at any later time. So it is published again only behind the same
 * message: of two that follow the same one the stream takes one.
 */
import type { RecordSource } from '../commit/record-source.ts'
import type { SessionRecord } from '../commit/session-record.ts'
import { encodeWrite, type SessionWrite } from '../commit/session-write.ts'
import type { LastMessage, StreamLog } from './stream-log.ts'

export interface WritePublisher {
  /** Never rejects. */
  publish(write: SessionWrite, after: LastKnown): Promise<PublishOutcome>
}

/** The last message of a session, as far as it is known. */
export interface LastKnown {
  /** 0 where there was none. */
  readonly seq: number
  /** When that was so. */
  readonly atMs: number
}

export type PublishOutcome =
  /** It is there, as the message with this sequence. */
  | { readonly kind: 'committed'; readonly seq: number }
  /** It is not there, and never will be: somebody else went on with the session. `conn`: as its record has it. */
  | { readonly kind: 'stale'; readonly committedSeq: number; readonly conn?: number | undefined }
  /** Nobody could tell in time. */
  | { readonly kind: 'unavailable'; readonly reason: string }

export interface WritePublisherOptions {
  readonly stream: StreamLog
  readonly source: RecordSource
  /** An id that no other write has. */
  readonly newWriteId: () => string
  /** So long a message stays in the stream, also where a sink has it. */
  readonly keptMs: number
  /** Of a message. */
  readonly maxMessageBytes: number
  readonly pause: (ms: number) => Promise<void>
  /** A monotonic clock, in ms. */
  readonly now: () => number
}

/** An election takes a second or a few; a client waits ten for its ack, and comes again then. */
const timeoutMs = 10_000
/** Between two tries, doubling. */
const retry = { firstMs: 20, maxMs: 500 }

export function createWritePublisher(options: WritePublisherOptions): WritePublisher {
  const { stream, source, newWriteId, keptMs, maxMessageBytes, pause, now } = options
  return {
    async publish(write, known) {
      const { sessionId, from } = write
      const entry = encodeWrite(write)
      const { length } = entry.body
      if (length > maxMessageBytes) return { kind: 'unavailable', reason: `${length} bytes fit into no message` }
      const writeId = newWriteId()
      const giveUpAtMs = now() + timeoutMs
      let last = known
      for (let delayMs = retry.firstMs; ; delayMs = Math.min(retry.maxMs, 2 * delayMs)) {
        let reason = 'It is not known where the session stands'
        if (isCertain(last)) {
          const published = await stream.publish(sessionId, { entry, writeId, after: last.seq })
          if (published.kind === 'written') return { kind: 'committed', seq: published.seq }
          if (published.kind === 'full') return { kind: 'unavailable', reason: published.reason }
          reason = published.reason
        }
        const atMs = now()
        const found = await stream.readLast(sessionId)
        if (found.kind === 'found' && found.writeId === writeId) return { kind: 'committed', seq: found.seq }
        if (atMs >= giveUpAtMs) return { kind: 'unavailable', reason }
        if (found.kind !== 'unavailable') {
          const record = await recordOf(sessionId, found)
          const { committedSeq, conn } = record === 'untold' ? { committedSeq: from } : (record ?? { committedSeq: 0 })
          if (committedSeq !== from || isForgottenSince(write, record)) return { kind: 'stale', committedSeq, conn }
          last = { seq: found.kind === 'found' ? found.seq : 0, atMs }
        }
        await pause(delayMs)
      }
    },
  }

  /** A session that had no message may have had some since, which were removed again. */
  function isCertain({ seq, atMs }: LastKnown): boolean {
    return seq > 0 || now() - atMs < keptMs / 2
  }

  /** Where nobody can tell it goes on as it was known: what is appended twice because of it the sink trims. */
  async function recordOf(
    sessionId: string,
    found: Exclude<LastMessage, { kind: 'unavailable' }>,
  ): Promise<SessionRecord | undefined | 'untold'> {
    if (found.kind === 'found') return found.write.record
    if (!source.isUp) return 'untold'
    try {
      return (await source.readSessions([sessionId])).get(sessionId)
    } catch {
      return 'untold'
    }
  }
}

/** Then it stands where it stood, and what goes on with it knows what is to be known no more. */
function isForgottenSince({ batches, record }: SessionWrite, found: SessionRecord | undefined | 'untold'): boolean {
  if (found === undefined || found === 'untold') return false
  const isRefused = found.forgottenAtMs !== undefined && record.forgottenAtMs === undefined
  return found.forgotten !== record.forgotten || (isRefused && batches[0]?.restarts !== true)
}
