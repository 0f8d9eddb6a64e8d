-- title: How wrong are the players' clocks?
-- answers: Sessions by how far the device's clock is from the collector's. Downlink corrects it in corrected_ts.
-- chart: bar x=clock y=sessions compared=percent
WITH offsets AS (
  SELECT -clock_offset_ms / 1000 AS ahead FROM sessions WHERE clock_offset_ms IS NOT NULL
)
SELECT
  multiIf(
    ahead < -86400, 'days behind', ahead < -3600, 'hours behind',
    ahead < -60, 'minutes behind', ahead < -2, 'seconds behind', ahead <= 2, 'right',
    ahead <= 60, 'seconds ahead', ahead <= 3600, 'minutes ahead',
    ahead <= 86400, 'hours ahead', 'days ahead'
  ) AS clock,
  count() AS sessions,
  round(100 * count() / sum(count()) OVER (), 1) AS percent
FROM offsets
GROUP BY clock
ORDER BY min(ahead)
