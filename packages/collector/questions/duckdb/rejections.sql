-- title: What is rejected, and why?
-- answers: Rejected events by reason. Of one batch a hundred are kept; the ledgers count them all.
-- chart: bar x=code y=events by=type
SELECT
  code,
  coalesce(TRY_CAST(raw AS JSON)->>'type', '(unreadable)') AS type,
  count(*) AS events,
  count(DISTINCT session_id) AS sessions,
  string_agg(DISTINCT build, ', ' ORDER BY build) AS builds,
  any_value(message) AS example
FROM rejected_events JOIN sessions USING (session_id)
GROUP BY ALL
ORDER BY events DESC, code, type
LIMIT 200
