-- title: How far do players get?
-- answers: Sessions that took each step, and took it after all the steps before. The order is that of the pushes, not of any clock.
-- chart: bar x=step y=sessions compared=percent
-- parameter steps (types, 2 to 6, like started spawned completed ended finished): Steps, in order
WITH paths AS (
  -- The steps that a session took, in its order, each the digit before a blank: "11 31 72 ".
  SELECT
    session_id,
    arrayStringConcat(arraySort(groupArray(seq * 10 + toInt64(indexOf($steps, type)))), ' ') || ' ' AS path
  FROM events
  WHERE has($steps, type)
  GROUP BY session_id
),
depths AS (
  SELECT multiIf(
    match(path, '1 .*2 .*3 .*4 .*5 .*6 '), 6,
    match(path, '1 .*2 .*3 .*4 .*5 '), 5,
    match(path, '1 .*2 .*3 .*4 '), 4,
    match(path, '1 .*2 .*3 '), 3,
    match(path, '1 .*2 '), 2,
    position(path, '1 ') > 0, 1,
    0) AS depth
  FROM paths
)
SELECT
  concat(toString(place), '. ', $steps[place]) AS step,
  countIf(depth >= place) AS sessions,
  round(100 * sessions / nullIf(countIf(depth >= 1), 0), 1) AS percent
FROM depths ARRAY JOIN range(1, length($steps) + 1) AS place
GROUP BY place
ORDER BY place
