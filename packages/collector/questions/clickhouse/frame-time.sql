-- title: On what does it stutter?
-- answers: Frame times by GPU or device: the median, and what the slowest twentieth exceeds. The worst come first.
-- chart: bar x=device y=median_ms,p95_ms
-- parameter frames (type, like frame perf fps): Event that carries frame times
-- parameter frame_ms (field of frames, like p95 frameMs ms time): Its frame time, in ms
-- parameter device (label, like gpu renderer device): What to tell apart
-- label $device: auto(telemetry) of @downlink/client/auto sets gpu, the name that WebGL gives; by hand: createTelemetry({ labels: { gpu: gl.getParameter(gl.RENDERER) } })
SELECT
  ifNull(JSONExtract(ifNull(labels, ''), $device, 'Nullable(String)'), '(none)') AS device,
  uniqExact(session_id) AS sessions,
  quantileExactInclusive(0.5)(assumeNotNull(ms)) AS median_ms,
  quantileExactInclusive(0.95)(assumeNotNull(ms)) AS p95_ms
FROM (
  SELECT session_id, toFloat64OrNull(JSONExtract(data, $frame_ms, 'Nullable(String)')) AS ms
  FROM events
  WHERE type = $frames
) AS frame
JOIN sessions USING (session_id)
WHERE ms IS NOT NULL
GROUP BY device
ORDER BY p95_ms DESC, device
LIMIT 30
