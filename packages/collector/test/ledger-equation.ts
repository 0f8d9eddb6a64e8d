/** Checks that every event that was pushed is accounted for, once, and that what counts as stored is there. */
import { expect } from 'vitest'

/** Sessions whose ledger does not add up, or counts other events than there are. */
const selectFaults = `SELECT ledgers.*, coalesce(rows, 0) AS rows, coalesce(numbers, 0) AS numbers
  FROM ledgers LEFT JOIN (
    SELECT session_id, count(*) AS rows, count(DISTINCT seq) AS numbers FROM events GROUP BY session_id
  ) USING (session_id)
  WHERE pushed <> stored + expired + forgotten + rejected + dropped + missing + outstanding
    OR stored <> coalesce(rows, 0) OR rows <> numbers`

/** Events that no session's ledger has. */
const selectStrays = 'SELECT session_id FROM events WHERE session_id NOT IN (SELECT session_id FROM sessions)'

/** @param query gives the rows of one SELECT over a collector's tables */
export async function expectLedgersToAddUp(query: (sql: string) => Promise<readonly unknown[]>): Promise<void> {
  expect(await query(selectFaults)).toEqual([])
  expect(await query(selectStrays)).toEqual([])
}
