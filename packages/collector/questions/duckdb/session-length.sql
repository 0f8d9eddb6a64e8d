-- title: How long do sessions last?
-- answers: Sessions by the time from their first event to their last, by the device's own clock. The last bar has all that lasted longer.
-- chart: bar x=minutes y=sessions compared=percent
-- parameter step (span, 1s to 1d, optional): Width of a bar
-- parameter bars (number, 2 to 200, default 40): Number of bars
WITH lengths AS (
  SELECT session_id, epoch(max(ts) - min(ts)) AS seconds FROM events GROUP BY session_id
),
bars AS (
  SELECT coalesce(epoch($step::INTERVAL), CASE
    WHEN longest < 80 THEN 2 WHEN longest < 600 THEN 15 WHEN longest < 2400 THEN 60 WHEN longest < 12000 THEN 300
    ELSE 1800 END) AS width
  FROM (SELECT quantile_cont(seconds, 0.95) AS longest FROM lengths)
)
SELECT
  round(least(floor(seconds / width), $bars - 1) * width / 60, 2) AS minutes,
  count(*) AS sessions,
  round(100 * count(*) / sum(count(*)) OVER (), 1) AS percent
FROM lengths, bars
GROUP BY minutes
ORDER BY minutes
