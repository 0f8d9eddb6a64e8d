/** Plans an expiry: cuts what came before a time into slices, small enough for nobody to wait for one. */
import { receivedBefore } from '../store/operations.ts'
import type { Readers } from './readers.ts'

/** What one operation would delete, after those before it. */
export interface ExpirySlice {
  /** Milliseconds since 1970. */
  readonly receivedBeforeMs: number
  readonly events: number
  readonly rejected: number
  /** Of their text, where they were weighed, else 0. */
  readonly textBytes: number
}

/** Rows that are deleted at once, more or less: of a second that has more, all. */
const sliceRows = 50_000

/** All of it is read, and of a large database that takes its time. */
const planTimeLimitMs = 120_000

export interface ExpiryBounds {
  readonly receivedBeforeMs: number
  /** As many, where it came at so many times. @default 1 */
  readonly minSlices?: number
  /** All text is read for its length, and slices are cut between milliseconds: where rows are few. @default false */
  readonly isWeighed?: boolean
}

/** Oldest first; none where there is nothing so old. */
export function planExpiry(readers: Readers, bounds: ExpiryBounds): Promise<readonly ExpirySlice[]> {
  return readers.run(
    async (connection) => {
      const rows = (await connection.runAndReadAll(selectSlices(bounds))).getRows()
      return rows.map(([end, events, rejected, textBytes]) => ({
        receivedBeforeMs: Math.min(bounds.receivedBeforeMs, Number(end)),
        events: Number(events),
        rejected: Number(rejected),
        textBytes: Number(textBytes),
      }))
    },
    { timeLimitMs: planTimeLimitMs },
  )
}

const selectSlices = ({ receivedBeforeMs, minSlices = 1, isWeighed = false }: ExpiryBounds): string => {
  const [step, stepMs] = isWeighed ? ['millisecond', 1] : ['second', 1000]
  const old = (table: string, isEvent: boolean, texts: readonly string[]) =>
    `SELECT received_at, ${isEvent} AS is_event, ${isWeighed ? lengthOf(texts) : 0} AS text_bytes
      FROM ${table} WHERE ${receivedBefore(receivedBeforeMs)}`
  return `SELECT epoch_ms(max(step)) + ${stepMs}, sum(events), sum(rejected), sum(text_bytes) FROM (
      SELECT *, (sum(events + rejected) OVER (ORDER BY step) - 1)
        // greatest(1, least(${sliceRows}, sum(events + rejected) OVER () // ${minSlices})) AS slice FROM (
        SELECT date_trunc('${step}', received_at) AS step, sum(text_bytes) AS text_bytes,
          count(*) FILTER (is_event) AS events, count(*) FILTER (NOT is_event) AS rejected
        FROM (${old('events', true, ['data', 'envelope', 'context'])}
          UNION ALL ${old('rejected_events', false, ['raw', 'context'])}) GROUP BY step
      )
    ) GROUP BY slice ORDER BY slice`
}

const lengthOf = (texts: readonly string[]): string =>
  texts.map((column) => `coalesce(strlen(${column}::VARCHAR), 0)`).join(' + ')
