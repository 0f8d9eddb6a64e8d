-- title: Where does it happen?
-- answers: Deaths, or any event that carries a place, counted in squares of the level.
-- chart: heat x=x y=y value=events compared=percent
-- parameter event (type, like died death destroyed killed): Event
-- parameter x (field of event, like x): Field that goes across
-- parameter y (field of event, like y): Field that goes down
-- parameter square (number, 0.001 to 1000000, optional): Edge of a square, in the game's units
WITH places AS (
  SELECT TRY_CAST(data->>$x AS DOUBLE) AS x, TRY_CAST(data->>$y AS DOUBLE) AS y
  FROM events
  WHERE type = $event
),
squares AS (
  -- A power of two, so that two spans or builds mostly get the same squares.
  SELECT coalesce($square, pow(2, round(log2(nullif(greatest(max(x) - min(x), max(y) - min(y)), 0) / 48))), 1) AS edge
  FROM places
)
SELECT
  floor(x / edge) * edge AS x,
  floor(y / edge) * edge AS y,
  count(*) AS events,
  round(100 * count(*) / sum(count(*)) OVER (), 3) AS percent
FROM places, squares
WHERE isfinite(places.x) AND isfinite(places.y)
GROUP BY ALL
ORDER BY events DESC, x, y
