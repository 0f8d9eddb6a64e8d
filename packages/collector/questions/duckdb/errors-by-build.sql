-- title: Which build fails?
-- answers: The share of each build's sessions that have the event at least once. Where it has a field count, as the error of auto has, it counts for so many errors.
-- chart: bar x=build y=percent
-- parameter error (type, like error crash exception fault fail): Event that tells of an error
SELECT
  coalesce(build, '(none)') AS build,
  count(*) AS sessions,
  count(errors) AS failed,
  coalesce(sum(errors), 0) AS errors,
  round(100 * count(errors) / count(*), 1) AS percent
FROM sessions
LEFT JOIN (
  SELECT session_id, sum(greatest(coalesce(TRY_CAST(data->>'count' AS INTEGER), 1), 1))::BIGINT AS errors
  FROM events
  WHERE type = $error
  GROUP BY session_id
) USING (session_id)
GROUP BY ALL
ORDER BY build
LIMIT 100
