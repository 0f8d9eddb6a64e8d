-- title: How late do events come?
-- answers: From when an event happened, by the collector's clock, to when it got here. Up to a second is play; hours are an evening offline.
-- chart: line x=time y=median_ms,p95_ms
-- parameter step (span, 1s to 30d, optional): Time between two points
WITH extent AS (
  SELECT coalesce($step, to_seconds(CASE
    WHEN seconds < 150 THEN 1 WHEN seconds < 1500 THEN 10 WHEN seconds < 9000 THEN 60 WHEN seconds < 90000 THEN 600
    WHEN seconds < 540000 THEN 3600 ELSE 86400 END)) AS step
  FROM (SELECT epoch(max(corrected_ts) - min(corrected_ts)) AS seconds FROM events)
)
SELECT
  time_bucket(step, corrected_ts) AS time,
  count(*) AS events,
  median(epoch_ms(received_at) - epoch_ms(corrected_ts)) AS median_ms,
  quantile_cont(epoch_ms(received_at) - epoch_ms(corrected_ts), 0.95) AS p95_ms
FROM extent, events
GROUP BY time
ORDER BY time
