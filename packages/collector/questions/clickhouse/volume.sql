-- title: How much is sent?
-- answers: Events over time, by type. The types that come least are one line.
-- chart: line x=time y=events by=type
-- parameter step (span, 1s to 30d, optional): Time between two points
WITH extent AS (
  SELECT
    (toUnixTimestamp64Micro(max(corrected_ts)) - toUnixTimestamp64Micro(min(corrected_ts))) / 1000000 AS seconds,
    coalesce($step, multiIf(
      seconds < 150, 1, seconds < 1500, 10, seconds < 9000, 60, seconds < 90000, 600,
      seconds < 540000, 3600, 86400)) AS step
  FROM events
),
types AS (
  SELECT type, row_number() OVER (ORDER BY count() DESC, type) AS place FROM events GROUP BY type
)
SELECT
  -- From a Monday, as weeks are counted.
  toDateTime64(946857600 + floor((toUnixTimestamp64Micro(corrected_ts) / 1000000 - 946857600) / step) * step, 3, 'UTC') AS time,
  if(place < 8, event.type, '(others)') AS type,
  count() AS events
FROM events AS event JOIN types USING (type), extent
GROUP BY time, type
ORDER BY time, type
