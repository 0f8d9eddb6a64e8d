-- title: How late do events come?
-- answers: From when an event happened, by the collector's clock, to when it got here. Up to a second is play; hours are an evening offline.
-- chart: line x=time y=median_ms,p95_ms
-- parameter step (span, 1s to 30d, optional): Time between two points
-- parameter without (label, optional, like imported made_up): Leave out sessions with the label
WITH told AS (
  SELECT corrected_ts, received_at
  FROM events
  WHERE session_id NOT IN (SELECT session_id FROM sessions WHERE JSONHas(ifNull(labels, ''), $without))
),
extent AS (
  SELECT
    (toUnixTimestamp64Micro(max(corrected_ts)) - toUnixTimestamp64Micro(min(corrected_ts))) / 1000000 AS seconds,
    coalesce($step, multiIf(
      seconds < 150, 1, seconds < 1500, 10, seconds < 9000, 60, seconds < 90000, 600,
      seconds < 540000, 3600, 86400)) AS step
  FROM told
),
delays AS (
  -- From the third of January in 2000, a Monday, as weeks are counted.
  SELECT
    946857600 + floor((toUnixTimestamp64Micro(corrected_ts) / 1000000 - 946857600) / step) * step AS bucket,
    toUnixTimestamp64Milli(received_at) - toUnixTimestamp64Milli(corrected_ts) AS ms
  FROM told, extent
)
SELECT
  toDateTime64(bucket, 3, 'UTC') AS time,
  count() AS events,
  quantileExactInclusive(0.5)(ms) AS median_ms,
  quantileExactInclusive(0.95)(ms) AS p95_ms
FROM delays
GROUP BY time
ORDER BY time
