-- title: Which build fails?
-- answers: The share of each build's sessions that have the event at least once. Where it has a field count, as the error of auto has, it counts for so many errors.
-- chart: bar x=build y=percent
-- parameter error (type, like error crash exception fault fail): Event that tells of an error
SELECT
  ifNull(build, '(none)') AS build,
  count() AS sessions,
  countIf(found.errors > 0) AS failed,
  sum(found.errors) AS errors,
  round(100 * failed / sessions, 1) AS percent
FROM sessions AS session
LEFT JOIN (
  SELECT session_id, sum(greatest(ifNull(toInt32OrNull(JSONExtract(data, 'count', 'Nullable(String)')), 1), 1)) AS errors
  FROM events
  WHERE type = $error
  GROUP BY session_id
) AS found USING (session_id)
GROUP BY build
ORDER BY build
LIMIT 100
