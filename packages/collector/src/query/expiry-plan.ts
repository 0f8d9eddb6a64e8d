/** Plans an expiry: cuts what came before a time into slices, small enough for nobody to wait for one. */
import { receivedBefore } from '../store/operations.ts'
import type { Readers } from './readers.ts'

/** What one operation would delete, after those before it. */
export interface ExpirySlice {
  /** Milliseconds since 1970. */
  readonly receivedBeforeMs: number
  readonly events: number
  readonly rejected: number
}

/** Rows that are deleted at once, more or less: of a second that has more, all. */
const sliceRows = 50_000

/** All of it is read, and of a large database that takes its time. */
const planTimeLimitMs = 120_000

export interface ExpiryBounds {
  readonly receivedBeforeMs: number
  /** As many, where it came over so many seconds. */
  readonly minSlices: number
}

/** Oldest first; none where there is nothing so old. */
export function planExpiry(readers: Readers, bounds: ExpiryBounds): Promise<readonly ExpirySlice[]> {
  return readers.run(
    async (connection) => {
      const rows = (await connection.runAndReadAll(selectSlices(bounds))).getRows()
      return rows.map(([end, events, rejected]) => ({
        receivedBeforeMs: Math.min(bounds.receivedBeforeMs, Number(end)),
        events: Number(events),
        rejected: Number(rejected),
      }))
    },
    { timeLimitMs: planTimeLimitMs },
  )
}

const selectSlices = ({ receivedBeforeMs, minSlices }: ExpiryBounds): string => {
  const old = (table: string, isEvent: boolean) =>
    `SELECT received_at, ${isEvent} AS is_event FROM ${table} WHERE ${receivedBefore(receivedBeforeMs)}`
  return `SELECT epoch_ms(max(second)) + 1000, sum(events), sum(rejected) FROM (
      SELECT *, (sum(events + rejected) OVER (ORDER BY second) - 1)
        // greatest(1, least(${sliceRows}, sum(events + rejected) OVER () // ${minSlices})) AS slice FROM (
        SELECT date_trunc('second', received_at) AS second,
          count(*) FILTER (is_event) AS events, count(*) FILTER (NOT is_event) AS rejected
        FROM (${old('events', true)} UNION ALL ${old('rejected_events', false)}) GROUP BY second
      )
    ) GROUP BY slice ORDER BY slice`
}
