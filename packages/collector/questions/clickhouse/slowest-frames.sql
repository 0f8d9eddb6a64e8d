-- title: Which frames were the slowest?
-- answers: The slowest of all, when they happened, and in which session.
-- chart: scatter x=time y=ms
-- parameter frames (type, like frame perf fps): Event that carries frame times
-- parameter frame_ms (field of frames, like worst max p99 frameMs ms time): Its frame time, in ms
-- parameter rows (number, 1 to 5000, default 200): How many
SELECT corrected_ts AS time, ms, session_id, seq, build
FROM (
  SELECT session_id, seq, corrected_ts, toFloat64OrNull(JSONExtract(data, $frame_ms, 'Nullable(String)')) AS ms
  FROM events
  WHERE type = $frames AND isFinite(ms)
  ORDER BY ms DESC, session_id, seq
  LIMIT $rows
) AS frame
JOIN sessions USING (session_id)
ORDER BY ms DESC, session_id, seq
