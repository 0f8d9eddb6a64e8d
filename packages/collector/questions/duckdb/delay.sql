-- title: How late do events come?
-- answers: From when an event happened, by the collector's clock, to when it got here. Up to a second is play; hours are an evening offline.
-- chart: line x=time y=median_ms,p95_ms
-- parameter step (span, 1s to 30d, optional): Time between two points
-- parameter without (label, optional, like imported made_up): Leave out sessions with the label
WITH told AS (
  SELECT corrected_ts, received_at
  FROM events ANTI JOIN (SELECT session_id FROM sessions WHERE (labels->>($without::VARCHAR)) IS NOT NULL) USING (session_id)
),
extent AS (
  SELECT coalesce($step, to_seconds(CASE
    WHEN seconds < 150 THEN 1 WHEN seconds < 1500 THEN 10 WHEN seconds < 9000 THEN 60 WHEN seconds < 90000 THEN 600
    WHEN seconds < 540000 THEN 3600 ELSE 86400 END)) AS step
  FROM (SELECT epoch(max(corrected_ts) - min(corrected_ts)) AS seconds FROM told)
)
SELECT
  time_bucket(step, corrected_ts) AS time,
  count(*) AS events,
  median(epoch_ms(received_at) - epoch_ms(corrected_ts)) AS median_ms,
  quantile_cont(epoch_ms(received_at) - epoch_ms(corrected_ts), 0.95) AS p95_ms
FROM extent, told
GROUP BY time
ORDER BY time
