/** Gathers the events of the log, in order, into batches that a request can hold. */
import { countEvents, decodeWrite, type SessionWrite } from '../commit/session-write.ts'
import { isSessionEntry } from '../log/entry.ts'
import { isSame, type LogRecord, type Position } from '../log/read-log.ts'
import { type EncodedRecord, encodeRecords } from './log-record.ts'
import type { OtlpSettings } from './otlp-options.ts'
import type { SentPosition } from './position-file.ts'

export type Batch = {
  /** From where the log is read on after it. */
  readonly after: SentPosition
  /** When its last entry was received, in ms since 1970; 0 where it has none. */
  readonly receivedMs: number
} & (
  | { readonly kind: 'send'; readonly records: readonly PlacedRecord[] }
  /** Events that are not sent. */
  | { readonly kind: 'pass'; readonly reason: PassReason; readonly events: number }
  /** The log does not have what comes next: segments have gone while it was read. */
  | { readonly kind: 'gap' }
)

/** Somebody asked for their session to be forgotten; or there was no room to keep more of the log. */
export type PassReason = 'forgotten' | 'skipped'

export interface PlacedRecord extends EncodedRecord {
  /** From where the log is read on after it. */
  readonly after: SentPosition
}

export interface BatchOptions extends Pick<OtlpSettings, 'serviceName' | 'batchRecords' | 'batchBytes'> {
  /** Why a write that begins at a place is not sent. */
  readonly passReason: (write: SessionWrite, begin: Position) => PassReason | undefined
}

/**
 * What is damaged in the log is passed over: the sink tells of it.
 *
 * @param from where reading began
 */
export async function* batchesOf(
  log: AsyncIterable<LogRecord>,
  from: SentPosition,
  { serviceName, batchRecords, batchBytes, passReason }: BatchOptions,
): AsyncGenerator<Batch> {
  let records: PlacedRecord[] = []
  let bytes = 0
  let passed: { readonly reason: PassReason; readonly events: number } | undefined
  let after = from
  let receivedMs = 0
  let isGap = false

  for await (const record of log) {
    const end = { ...record.end, events: 0 }
    const write = record.kind === 'entry' && isSessionEntry(record.entry) ? decodeWrite(record.entry) : undefined
    if (record.kind === 'missing-segment') {
      if (passed) yield takePassed(passed)
      if (records.length > 0) yield takeRecords()
      isGap = true
    }
    if (record.kind === 'entry' && isGap) yield takeGap({ ...record.begin, events: 0 })
    if (record.kind === 'entry' && write) {
      const { begin } = record
      const left = countLeft(write, begin, from)
      const reason = passReason(write, begin)
      if (records.length > 0 && reason) yield takeRecords()
      if (passed && passed.reason !== reason && left > 0) yield takePassed(passed)
      receivedMs = write.batches.at(-1)?.receivedAt ?? receivedMs
      if (reason && left > 0) passed = { reason, events: (passed?.events ?? 0) + left }
      else if (left > 0) {
        const sent = countEvents(write) - left
        for (const [index, encoded] of encodeRecords(write, serviceName).entries()) {
          if (index < sent) continue
          const size = Buffer.byteLength(encoded.text)
          const isFull = records.length >= batchRecords || bytes + size > batchBytes
          if (records.length > 0 && isFull) yield takeRecords()
          after = { ...begin, events: index + 1 }
          records.push({ ...encoded, after })
          bytes += size
        }
      }
    }
    after = end
  }
  if (passed) yield takePassed(passed)
  if (records.length > 0) yield takeRecords()
  if (isGap) yield takeGap(after)

  function takeRecords(): Batch {
    const batch = { kind: 'send', records, after, receivedMs } as const
    ;[records, bytes] = [[], 0]
    return batch
  }

  function takePassed({ reason, events }: NonNullable<typeof passed>): Batch {
    passed = undefined
    return { kind: 'pass', reason, events, after, receivedMs }
  }

  function takeGap(place: SentPosition): Batch {
    isGap = false
    return { kind: 'gap', after: place, receivedMs }
  }
}

/** Events of a write at a place that are not sent yet. One that was sent in part may have none since, where it is forgotten. */
export const countLeft = (write: SessionWrite, begin: Position, from: SentPosition): number =>
  Math.max(0, countEvents(write) - (isSame(begin, from) ? from.events : 0))
