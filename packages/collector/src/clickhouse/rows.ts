/** Converts what the sink writes to rows of the tables, and session rows back to records. */
import { correctedMicros, microsOf } from '../commit/event-times.ts'
import type { RejectedEvent } from '../commit/session-batch.ts'
import type { SessionRecord } from '../commit/session-record.ts'
import { recordOf, rowOf, type SessionRow } from '../commit/session-row.ts'
import type { EventRun, ForgottenRows, LabelsRow } from '../sink/event-store.ts'

type Row = readonly unknown[]

export function eventRows(runs: readonly EventRun[]): readonly Row[] {
  const rows: Row[] = []
  for (const { sessionId, receivedAt, clockOffsetMs, events } of runs) {
    const received = dateTimeOf(receivedAt)
    for (const { seq, event, envelope = null, context = null } of events) {
      const { type, version = null, timestamp, json } = event
      const [sent, corrected] = [digitsOf(microsOf(timestamp)), digitsOf(correctedMicros(timestamp, clockOffsetMs))]
      rows.push([sessionId, seq, type, version, sent, received, json, envelope, corrected, context])
    }
  }
  return rows
}

export const rejectedRows = (rejected: readonly RejectedEvent[]): readonly Row[] =>
  rejected.map(({ sessionId, seq, code, message, raw, receivedAt, context = null }) => [
    ...[sessionId, seq, code, wellFormed(message), wellFormed(raw), dateTimeOf(receivedAt), context],
  ])

export const labelRows = (labels: readonly LabelsRow[]): readonly Row[] =>
  labels.map(({ sessionId, from, until, labels: one }) => [sessionId, from, until, one ? JSON.stringify(one) : null])

export const forgottenRows = (forgotten: readonly ForgottenRows[]): readonly Row[] =>
  forgotten.map(({ sessionId, upTo, end }) => [sessionId, upTo, end.offset])

/** Columns of `session_rows` whose text is JSON. */
const jsonColumns = ['rejected', 'dropped', 'labels'] as const

export const sessionRows = (records: readonly SessionRecord[], place: number): readonly Row[] =>
  records.map((record) => {
    const row = rowOf(record)
    return sessionColumns.map((column) => {
      if (column === 'place') return place
      const value = row[column]
      return typeof value === 'object' && value !== null ? JSON.stringify(value) : value
    })
  })

export type StoredRow = Omit<SessionRow, (typeof jsonColumns)[number]> & {
  readonly [Column in (typeof jsonColumns)[number]]: string | null
}

export function recordOfRow(row: StoredRow): SessionRecord {
  const json = (text: string | null) => (text === null ? null : JSON.parse(text))
  return recordOf({ ...row, rejected: json(row.rejected), dropped: json(row.dropped), labels: json(row.labels) })
}

/** Of the table `session_rows`, but for its `place`. */
export const recordColumns: readonly (keyof SessionRow)[] = [
  ...(['session_id', 'delivery', 'committed_seq', 'pushed', 'stored', 'expired', 'forgotten', 'rejected'] as const),
  ...(['dropped', 'missing', 'ended', 'first_seen', 'last_seen', 'clock_offset_ms', 'build', 'labels'] as const),
  ...(['labels_from', 'schema', 'proof_hash', 'forgotten_at'] as const),
]

export const sessionColumns: readonly (keyof SessionRow | 'place')[] = [...recordColumns, 'place']

/** All of them: as a number, JSON has only those that tell one double from another. */
const digitsOf = (micros: number): string => String(BigInt(micros))

/** @example dateTimeOf(0.5) === '1970-01-01 00:00:00.000500' */
function dateTimeOf(ms: number): string {
  const [date = '', time = ''] = new Date(Math.floor(ms)).toISOString().split(/[TZ]/)
  const micros = String(microsOf(ms) - Math.floor(ms) * 1000).padStart(3, '0')
  return `${date} ${time}${micros}`
}

/** JSON of half a surrogate pair is refused. `toWellFormed` is in Node 20, but not yet in TypeScript's library. */
const wellFormed = (text: string): string => (text as unknown as { toWellFormed(): string }).toWellFormed()
