/** The `ledgers` view: what became of every event of every session, in one line each. */

const total = (counts: string): string => `coalesce(list_sum(map_values(${counts}::MAP(VARCHAR, BIGINT))), 0)::BIGINT`

/**
 * pushed = stored + rejected + dropped + missing + outstanding. What an ended session has outstanding is missing.
 * SQL can't know whose link is gone: there it stays outstanding, and `last_seen` tells how long nothing was heard.
 * `balanced` says that nothing is missing and that the collector's counts add up to the session's mark.
 */
export const ledgersView: string = `CREATE OR REPLACE VIEW ledgers AS
  WITH counted AS (
    SELECT
      session_id, pushed, stored, ${total('rejected')} AS rejected, ${total('dropped')} AS dropped, missing AS lost,
      mark, pushed - mark AS rest, ended, last_seen
    FROM sessions
  )
  SELECT
    session_id, pushed, stored, rejected, dropped,
    lost + CASE WHEN ended THEN rest ELSE 0 END AS missing,
    CASE WHEN ended THEN 0 ELSE rest END AS outstanding,
    ended, last_seen,
    mark = stored + rejected + dropped + lost AND lost = 0 AND (rest = 0 OR NOT ended) AS balanced
  FROM counted`
