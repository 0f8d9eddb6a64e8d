-- title: Who comes back?
-- answers: Of the players that were first seen at least so many days ago, how many played on that day. Days are UTC; within a span, "first" is the first day in it.
-- chart: line x=day y=percent
-- parameter player (label, like player user): What tells players apart
-- parameter days (number, 1 to 365, default 30): Days to follow them
-- label $player: auto(telemetry) of @downlink/client/auto keeps a random id in localStorage; by hand: createTelemetry({ labels: { player: playerId } })
WITH played AS (
  SELECT DISTINCT JSONExtract(ifNull(labels, ''), $player, 'Nullable(String)') AS player, day
  FROM (SELECT DISTINCT session_id, toDate32(corrected_ts) AS day FROM events WHERE corrected_ts IS NOT NULL) AS played_on
  JOIN sessions USING (session_id)
  WHERE player IS NOT NULL
),
ages AS (
  -- Days from a player's first one, and how many of them have gone by.
  SELECT
    dateDiff('day', min(day) OVER (PARTITION BY player), day) AS age,
    dateDiff('day', min(day) OVER (PARTITION BY player), max(day) OVER ()) AS followed
  FROM played
)
SELECT
  day,
  countIf(age = 0) AS players,
  countIf(age = day) AS returned,
  round(100 * returned / players, 1) AS percent
FROM ages ARRAY JOIN range(0, $days + 1) AS day
WHERE (age = 0 OR age = day) AND followed >= day
GROUP BY day
ORDER BY day
