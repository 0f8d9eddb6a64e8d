/** The `ledgers` view: what became of every event of every session, in one line each. */

const total = (counts: string): string => `coalesce(list_sum(map_values(${counts}::MAP(VARCHAR, BIGINT))), 0)::BIGINT`

/**
 * pushed = stored + rejected + dropped + missing + outstanding. What an ended session has outstanding is missing.
 * `balanced` says that the collector's counts add up to the session's mark; anything else is a fault of ours.
 */
export const ledgersView: string = `CREATE OR REPLACE VIEW ledgers AS
  WITH counted AS (
    SELECT *, ${total('rejected')} AS rejected_total, ${total('dropped')} AS dropped_total, pushed - mark AS rest
    FROM sessions
  )
  SELECT
    session_id, pushed, stored, rejected_total AS rejected, dropped_total AS dropped,
    missing + CASE WHEN ended THEN rest ELSE 0 END AS missing,
    CASE WHEN ended THEN 0 ELSE rest END AS outstanding,
    ended, mark = stored + rejected_total + dropped_total + missing AS balanced
  FROM counted`
