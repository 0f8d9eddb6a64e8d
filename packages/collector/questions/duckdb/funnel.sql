-- title: How far do players get?
-- answers: Sessions that took each step, and took it after all the steps before. The order is that of the pushes, not of any clock.
-- chart: bar x=step y=sessions compared=percent
-- parameter steps (types, 2 to 6, like started spawned completed ended finished): Steps, in order
WITH paths AS (
  -- The steps that a session took, in its order, each the digit before a blank: "11 31 72 ".
  SELECT session_id, array_to_string(list_sort(list(seq * 10 + list_position($steps, type))), ' ') || ' ' AS path
  FROM events
  WHERE list_contains($steps, type)
  GROUP BY session_id
),
depths AS (
  SELECT CASE
    WHEN regexp_matches(path, '1 .*2 .*3 .*4 .*5 .*6 ') THEN 6
    WHEN regexp_matches(path, '1 .*2 .*3 .*4 .*5 ') THEN 5
    WHEN regexp_matches(path, '1 .*2 .*3 .*4 ') THEN 4
    WHEN regexp_matches(path, '1 .*2 .*3 ') THEN 3
    WHEN regexp_matches(path, '1 .*2 ') THEN 2
    WHEN contains(path, '1 ') THEN 1
    ELSE 0 END AS depth
  FROM paths
)
SELECT
  place || '. ' || $steps[place] AS step,
  count(*) FILTER (depth >= place) AS sessions,
  round(100 * count(*) FILTER (depth >= place) / nullif(count(*) FILTER (depth >= 1), 0), 1) AS percent
FROM depths, range(1, len($steps) + 1) AS places(place)
GROUP BY place
ORDER BY place
