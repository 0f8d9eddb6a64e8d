/**
 * Encodes the events of a session as log records of OpenTelemetry, in OTLP's JSON encoding.
 *
 * Source: opentelemetry-proto 1.x, logs/v1/logs.proto; the logs data model of the OpenTelemetry specification.
 */
import { isTime } from '@downlink/protocol'
import type { AcceptedEvent } from '../commit/encoded-events.ts'
import type { Labels } from '../commit/session-batch.ts'
import type { SessionWrite } from '../commit/session-write.ts'
import { isErrorType } from '../store/event-summary.ts'
import { anyValue, attribute, attributesOf, textValue, wholeValue } from './any-value.ts'

export interface EncodedRecord {
  readonly sessionId: string
  readonly seq: number
  /** Of whatever the record is told: records of the same one are sent under it together. */
  readonly resource: string
  readonly text: string
}

/** SEVERITY_NUMBER_ERROR. */
const errorSeverity = '"severityNumber":17,"severityText":"ERROR",'

/** One for each event of a write, in order. */
export function encodeRecords(write: SessionWrite, serviceName: string): readonly EncodedRecord[] {
  const { sessionId, record, batches } = write
  const latest = { from: record.labelsFrom ?? 1, labels: record.labels }
  const spans = [...batches.flatMap(({ labels }) => labels?.earlier ?? []), latest]
  const resources = spans.map(({ labels }) => encodeResource(serviceName, sessionId, record.build, labels))
  let span = 0
  return batches.flatMap(({ events, receivedAt }) =>
    events.decode().map((event) => {
      const { seq } = event
      while (seq >= (spans[span + 1]?.from ?? Number.POSITIVE_INFINITY)) span++
      return { sessionId, seq, resource: resources[span] ?? '', text: encodeRecord(sessionId, event, receivedAt) }
    }),
  )
}

function encodeResource(serviceName: string, sessionId: string, build: string | undefined, labels: Labels = {}) {
  const attributes = [
    attribute('service.name', textValue(serviceName)),
    ...(build === undefined ? [] : [attribute('service.version', textValue(build))]),
    attribute('downlink.session_id', textValue(sessionId)),
    ...Object.entries(labels).map(([name, value]) => attribute(`downlink.label.${name}`, textValue(value))),
  ]
  return `{"attributes":[${attributes}]}`
}

function encodeRecord(sessionId: string, { seq, event, envelope, context }: AcceptedEvent, receivedAt: number): string {
  const { type, timestamp, version, json } = event
  const time = nanosOf(timestamp)
  const attributes = [
    attribute('downlink.session_id', textValue(sessionId)),
    attribute('downlink.seq', wholeValue(seq)),
    ...(version === undefined ? [] : [attribute('downlink.version', wholeValue(version))]),
    ...(time === undefined ? [attribute('downlink.timestamp_ms', anyValue(String(timestamp)))] : []),
    ...(context === undefined ? [] : attributesOf(context, 'context.')),
    ...(envelope === undefined ? [] : [attribute('downlink.envelope', anyValue(envelope))]),
  ]
  return (
    `{"timeUnixNano":"${time ?? 0}","observedTimeUnixNano":"${nanosOf(receivedAt) ?? 0}",` +
    `${isErrorType(type) ? errorSeverity : ''}"eventName":${JSON.stringify(type)},"body":${anyValue(json)},` +
    `"attributes":[${attributes}]}`
  )
}

const maxNanos = 2n ** 64n - 1n

/**
 * Milliseconds since 1970 as nanoseconds, by their decimal digits: a product of doubles would be some hundred off.
 *
 * @returns undefined for times that 64 bits don't hold: before 1970, and after July 2554
 * @example nanosOf(1700000000000.1) // '1700000000000100000'
 */
export function nanosOf(ms: number): string | undefined {
  if (!isTime(ms) || ms < 0) return undefined
  // Of less than a nanosecond the digits are written with an exponent.
  const [whole = '', fraction = ''] = ms < 1e-6 ? ['0'] : String(ms).split('.')
  const nanos = BigInt(whole + fraction.padEnd(6, '0').slice(0, 6))
  return nanos <= maxNanos ? String(nanos) : undefined
}
