/** What the database holds at the start, for counters that go on from there. */
import type { EventCounts } from '../metrics/event-counters.ts'
import type { Readers } from './readers.ts'

const maxTypes = 500

/** The collector starts only afterwards, and a large database may take its time. */
const timeLimitMs = 120_000

export function countEvents(readers: Readers): Promise<EventCounts & { readonly owed: number }> {
  return readers.run(
    async (connection) => {
      const totals = await connection.runAndReadAll(
        `SELECT sum(stored), sum(rejected), sum(dropped), sum(lost), sum(rest)
      FROM ledgers JOIN (SELECT session_id, missing AS lost, pushed - mark AS rest FROM sessions) USING (session_id)`,
      )
      const types = await connection.runAndReadAll(
        `SELECT type, count(*) FROM events GROUP BY type ORDER BY count(*) DESC LIMIT ${maxTypes}`,
      )
      const [stored, rejected, dropped, missing, owed] = (totals.getRows()[0] ?? []).map(Number)
      return {
        stored: stored ?? 0,
        rejected: rejected ?? 0,
        dropped: dropped ?? 0,
        missing: missing ?? 0,
        owed: owed ?? 0,
        types: Object.fromEntries(types.getRows().map(([type, count]) => [String(type), Number(count)])),
      }
    },
    { timeLimitMs },
  )
}
