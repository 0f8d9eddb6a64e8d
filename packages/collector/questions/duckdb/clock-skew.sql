-- title: How wrong are the players' clocks?
-- answers: Sessions by how far the device's clock is from the collector's. Downlink corrects it in corrected_ts.
-- chart: bar x=clock y=sessions compared=percent
WITH offsets AS (
  SELECT -clock_offset_ms / 1000 AS ahead FROM sessions WHERE clock_offset_ms IS NOT NULL
)
SELECT
  CASE
    WHEN ahead < -86400 THEN 'days behind' WHEN ahead < -3600 THEN 'hours behind'
    WHEN ahead < -60 THEN 'minutes behind' WHEN ahead < -2 THEN 'seconds behind' WHEN ahead <= 2 THEN 'right'
    WHEN ahead <= 60 THEN 'seconds ahead' WHEN ahead <= 3600 THEN 'minutes ahead'
    WHEN ahead <= 86400 THEN 'hours ahead' ELSE 'days ahead'
  END AS clock,
  count(*) AS sessions,
  round(100 * count(*) / sum(count(*)) OVER (), 1) AS percent
FROM offsets
GROUP BY clock
ORDER BY min(ahead)
