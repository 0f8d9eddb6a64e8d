-- title: What happens most?
-- answers: One kind of event, counted by a field of it, such as deaths by weapon, in each build. (none) came without the field; what comes least is one bar, (others).
-- chart: bar x=value y=events by=build compared=percent
-- parameter event (type, like died death destroyed killed): Event
-- parameter field (field of event, like weapon cause reason team killer): Field to count by
WITH counted AS (
  SELECT
    ifNull(JSONExtract(data, $field, 'Nullable(String)'), '(none)') AS value,
    ifNull(build, '(none)') AS build,
    count() AS events
  FROM events JOIN sessions USING (session_id)
  WHERE type = $event
  GROUP BY value, build
),
totals AS (
  SELECT
    *,
    sum(events) OVER (PARTITION BY value) AS of_value,
    sum(events) OVER (PARTITION BY build) AS of_build
  FROM counted
),
places AS (
  SELECT
    *,
    dense_rank() OVER (ORDER BY of_value DESC, value) AS place,
    dense_rank() OVER (ORDER BY of_build DESC, build) AS build_place
  FROM totals
),
bars AS (
  SELECT
    if(places.place <= 20, places.value, '(others)') AS value,
    if(build_place < 8, places.build, '(others)') AS build,
    least(places.place, 21) AS place,
    places.events AS counted
  FROM places
)
SELECT
  value,
  build,
  sum(counted) AS events,
  round(100 * sum(counted) / sum(sum(counted)) OVER (PARTITION BY build), 1) AS percent
FROM bars
GROUP BY value, build, place
ORDER BY place, build
