-- title: Which frames were the slowest?
-- answers: The slowest of all, when they happened, and in which session.
-- chart: scatter x=time y=ms
-- parameter frames (type, like frame perf fps): Event that carries frame times
-- parameter frame_ms (field of frames, like worst max p99 frameMs ms time): Its frame time, in ms
-- parameter rows (number, 1 to 5000, default 200): How many
SELECT corrected_ts AS time, ms, session_id, seq, build
FROM (
  SELECT *
  FROM (SELECT session_id, seq, corrected_ts, TRY_CAST(data->>$frame_ms AS DOUBLE) AS ms FROM events WHERE type = $frames)
  ORDER BY CASE WHEN isfinite(ms) THEN ms END DESC NULLS LAST, session_id, seq
  LIMIT $rows
)
JOIN sessions USING (session_id)
WHERE isfinite(ms)
ORDER BY ms DESC, session_id, seq
