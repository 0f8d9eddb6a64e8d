/** Tells by which times stored events may age: none of them is the clock of whoever deletes them. */
import type { ClockWitnesses } from '../clock-witnesses.ts'
import type { Connection } from './connection.ts'

/** A day of the table is read off its parts, and no row. Rejects where the server does not answer. */
export async function readTimes({ rows }: Connection): Promise<ClockWitnesses> {
  const newest = (table: string) => `(SELECT max(toUnixTimestamp64Milli(received_at)) FROM ${table})`
  const [times] = await rows<{ readonly now: number; readonly newest: number }>(
    `SELECT toUnixTimestamp64Milli(now64(3)) AS now, greatest(${newest('event_rows')}, ${newest('rejected_rows')}) AS newest`,
  )
  if (!times) return { nowsMs: [], newestMs: undefined }
  return { nowsMs: [times.now], newestMs: times.newest > 0 ? times.newest : undefined }
}
