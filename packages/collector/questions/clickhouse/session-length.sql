-- title: How long do sessions last?
-- answers: Sessions by the time from their first event to their last, by the device's own clock. The last bar has all that lasted longer.
-- chart: bar x=minutes y=sessions compared=percent
-- parameter step (span, 1s to 1d, optional): Width of a bar
-- parameter bars (number, 2 to 200, default 40): Number of bars
WITH lengths AS (
  SELECT session_id, (toUnixTimestamp64Micro(max(ts)) - toUnixTimestamp64Micro(min(ts))) / 1000000 AS seconds
  FROM events
  GROUP BY session_id
),
bars AS (
  SELECT coalesce($step, multiIf(
    longest < 80, 2, longest < 600, 15, longest < 2400, 60, longest < 12000, 300, 1800)) AS width
  FROM (SELECT quantileExactInclusive(0.95)(seconds) AS longest FROM lengths)
)
SELECT
  round(least(floor(seconds / width), $bars - 1) * width / 60, 2) AS minutes,
  count() AS sessions,
  round(100 * count() / sum(count()) OVER (), 1) AS percent
FROM lengths, bars
GROUP BY minutes
ORDER BY minutes
