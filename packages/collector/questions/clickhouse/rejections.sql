-- title: What is rejected, and why?
-- answers: Rejected events by reason. Of one batch a hundred are kept; the ledgers count them all.
-- chart: bar x=code y=events by=type
SELECT
  code,
  ifNull(JSONExtract(raw, 'type', 'Nullable(String)'), '(unreadable)') AS type,
  count() AS events,
  uniqExact(session_id) AS sessions,
  nullIf(arrayStringConcat(arraySort(groupUniqArray(build)), ', '), '') AS builds,
  any(message) AS example
FROM rejected_events JOIN sessions USING (session_id)
GROUP BY code, type
ORDER BY events DESC, code, type
LIMIT 200
