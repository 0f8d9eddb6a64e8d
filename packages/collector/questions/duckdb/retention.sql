-- title: Who comes back?
-- answers: Of the players that were first seen at least so many days ago, how many played on that day. Days are UTC; within a span, "first" is the first day in it.
-- chart: line x=day y=percent
-- parameter player (label, like player user): What tells players apart
-- parameter days (number, 1 to 365, default 30): Days to follow them
-- label $player: auto(telemetry) of @downlink/client/auto keeps a random id in localStorage; by hand: createTelemetry({ labels: { player: playerId } })
WITH played AS (
  SELECT DISTINCT labels->>$player AS player, day
  FROM (SELECT DISTINCT session_id, corrected_ts::DATE AS day FROM events) JOIN sessions USING (session_id)
  WHERE (labels->>$player) IS NOT NULL
),
ages AS (
  -- Days from a player's first one, and how many of them have gone by.
  SELECT
    date_diff('day', min(day) OVER (PARTITION BY player), day) AS age,
    date_diff('day', min(day) OVER (PARTITION BY player), max(day) OVER ()) AS followed
  FROM played
)
SELECT
  day,
  count(*) FILTER (age = 0) AS players,
  count(*) FILTER (age = day) AS returned,
  round(100 * count(*) FILTER (age = day) / count(*) FILTER (age = 0), 1) AS percent
FROM ages, range(0, $days + 1) AS days(day)
WHERE age IN (0, day) AND followed >= day
GROUP BY day
ORDER BY day
