-- title: How much is sent?
-- answers: Events over time, by type. The types that come least are one line.
-- chart: line x=time y=events by=type
-- parameter step (span, 1s to 30d, optional): Time between two points
WITH extent AS (
  SELECT coalesce($step, to_seconds(CASE
    WHEN seconds < 150 THEN 1 WHEN seconds < 1500 THEN 10 WHEN seconds < 9000 THEN 60 WHEN seconds < 90000 THEN 600
    WHEN seconds < 540000 THEN 3600 ELSE 86400 END)) AS step
  FROM (SELECT epoch(max(corrected_ts) - min(corrected_ts)) AS seconds FROM events)
),
types AS (
  SELECT type, row_number() OVER (ORDER BY count(*) DESC, type) AS place FROM events GROUP BY type
)
SELECT
  time_bucket(step, corrected_ts) AS time,
  CASE WHEN place < 8 THEN type ELSE '(others)' END AS type,
  count(*) AS events
FROM extent, events JOIN types USING (type)
GROUP BY ALL
ORDER BY time, type
