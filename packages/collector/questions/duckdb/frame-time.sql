-- title: On what does it stutter?
-- answers: Frame times by GPU or device: the median, and what the slowest twentieth exceeds. The worst come first.
-- chart: bar x=device y=median_ms,p95_ms
-- parameter frames (type, like frame perf fps): Event that carries frame times
-- parameter frame_ms (field of frames, like p95 frameMs ms time): Its frame time, in ms
-- parameter device (label, like gpu renderer device): What to tell apart
-- label $device: auto(telemetry) of @downlink/client/auto sets gpu, the name that WebGL gives; by hand: createTelemetry({ labels: { gpu: gl.getParameter(gl.RENDERER) } })
WITH devices AS (
  -- Sessions are counted by a number: their ids are long.
  SELECT session_id, row_number() OVER () AS session, coalesce(labels->>$device, '(none)') AS device FROM sessions
)
SELECT
  device,
  count(DISTINCT session) FILTER (ms IS NOT NULL) AS sessions,
  median(ms) AS median_ms,
  quantile_cont(ms, 0.95) AS p95_ms
FROM (SELECT session_id, TRY_CAST(data->>$frame_ms AS DOUBLE) AS ms FROM events WHERE type = $frames)
JOIN devices USING (session_id)
GROUP BY device
HAVING count(ms) > 0
ORDER BY p95_ms DESC, device
LIMIT 30
