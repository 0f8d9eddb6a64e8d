/** Events and rejected events as rows. */
import { isTime } from '@downlink/protocol'
import {
  BIGINT,
  DuckDBTimestampValue,
  type DuckDBType,
  type DuckDBValue,
  INTEGER,
  TIMESTAMP,
  VARCHAR,
} from '@duckdb/node-api'
import type { RejectedEvent } from '../commit/session-batch.ts'
import type { EventRun } from '../sink/event-store.ts'

type Row = readonly DuckDBValue[]

/** The columns of `events`. */
export const eventTypes: readonly DuckDBType[] = [
  VARCHAR,
  BIGINT,
  VARCHAR,
  INTEGER,
  TIMESTAMP,
  TIMESTAMP,
  VARCHAR,
  VARCHAR,
  TIMESTAMP,
]

/** The columns of `rejected_events`. */
export const rejectedTypes: readonly DuckDBType[] = [VARCHAR, BIGINT, VARCHAR, VARCHAR, VARCHAR, TIMESTAMP]

export function eventRows(runs: readonly EventRun[]): Row[] {
  const rows: Row[] = []
  for (const { sessionId, receivedAt, clockOffsetMs = 0, events } of runs) {
    const received = timestampOf(receivedAt)
    for (const { seq, event, envelope = null } of events) {
      const { type, version = null, timestamp, json } = event
      const corrected = timestampOf(correctedTime(timestamp, clockOffsetMs))
      rows.push([sessionId, BigInt(seq), type, version, timestampOf(timestamp), received, json, envelope, corrected])
    }
  }
  return rows
}

export const rejectedRows = (rejected: readonly RejectedEvent[]): Row[] =>
  rejected.map(({ sessionId, seq, code, message, raw, receivedAt }) => [
    sessionId,
    BigInt(seq),
    code,
    storable(message),
    storable(raw),
    timestampOf(receivedAt),
  ])

/** The time by the collector's clock. One that no date holds is left as the client has it. */
function correctedTime(timestamp: number, clockOffsetMs: number): number {
  const corrected = timestamp + clockOffsetMs
  return isTime(corrected) ? corrected : timestamp
}

const timestampOf = (ms: number): DuckDBTimestampValue => new DuckDBTimestampValue(BigInt(Math.round(ms * 1000)))

/** Text from outside that was never checked. `toWellFormed` is in Node 20, but not yet in TypeScript's library. */
const storable = (text: string): string =>
  (text as unknown as { toWellFormed(): string }).toWellFormed().replaceAll('\0', '\ufffd')
