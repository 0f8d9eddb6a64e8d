/** Lists queries that would end, hold or fill the process that answers them. Each was tried on DuckDB 1.5, and did. */

export interface AttackQuery {
  readonly name: string
  readonly sql: string
  /**
   * - `refused`: nothing of it reaches the planner, `forbidden_sql`
   * - `too large`: the answer is refused where it lies, `query_too_large`
   * - `stopped`: the database heeds the interrupt, `query_timeout` or `query_too_large`
   * - `killed`: only the end of its process ends it
   */
  readonly becomes: 'refused' | 'too large' | 'stopped' | 'killed'
  /** What it did before it was kept out. */
  readonly did: string
}

const nest = (open: string, inner: string, close: string, times: number): string =>
  open.repeat(times) + inner + close.repeat(times)

/** A query around a query, so many times. */
function around(times: number, inner: string, outer: (inner: string) => string): string {
  let sql = inner
  for (let time = 0; time < times; time++) sql = outer(sql)
  return sql
}

/** Each name stands for the one before it twice. */
const doubledNames = (times: number, first: string, operator: string): string =>
  `SELECT ${first} AS a0${Array.from({ length: times }, (_, at) => `, a${at} ${operator} a${at} AS a${at + 1}`).join('')}`

const many = (text: string, times: number, separator = ', '): string => Array(times).fill(text).join(separator)

const a = (count: number): string => 'a'.repeat(count)
const values = (count: number): string => Array.from({ length: count }, (_, at) => `'${at}'`).join(', ')
/** One text of so many characters, which the database makes. */
const text = (characters: number): string => `(SELECT string_agg('a', '') AS s FROM range(${characters}))`

const refused: Readonly<Record<string, readonly [sql: string, did: string]>> = {
  'lag over -2^63': ['SELECT lag(1, -9223372036854775808) OVER ()', 'SIGSEGV'],
  'lead over -2^63': ['SELECT lead(seq, -9223372036854775808) OVER () FROM events', 'SIGSEGV'],
  'lag over what folds to -2^63': ['SELECT lag(seq, -9223372036854775807 - 1) OVER () FROM events', 'SIGSEGV'],
  'bins without end': [
    "SELECT equi_width_bins('1970-01-01'::TIMESTAMP, '9999-01-01'::TIMESTAMP, 1000000, true)",
    'held the planner for a second, and grew with its number',
  ],
  'hex of hex': [`SELECT ${nest('hex(', "'a'", ')', 40)}`, 'takes memory without end in the planner'],
  'escapes of escapes': [`SELECT length(${nest('regexp_escape(', "'.'", ')', 40)})`, 'the same'],
  'lists as text in lists': [`SELECT length(${nest('([', "'\"'", ']::VARCHAR)', 24)})`, 'the same'],
  'JSON as text in JSON': [`SELECT length(${nest('to_json(', "'\"'", '::VARCHAR)', 30)})`, 'the same'],
  'replacements in replacements': [
    `SELECT length(replace(replace('${a(3000)}', 'a', '${'b'.repeat(3000)}'), 'b', '${'c'.repeat(3000)}'))`,
    '27 GB in the planner',
  ],
  'regular replacements in replacements': [
    `SELECT length(regexp_replace(regexp_replace('${a(3000)}', 'a', '${'b'.repeat(3000)}', 'g'), 'b', '${'c'.repeat(3000)}', 'g'))`,
    'the same',
  ],
  'names that double sums': [doubledNames(30, '1', '+'), 'never leaves the planner'],
  'names that double text': [doubledNames(30, "'xxxxxxxxxx'", '||'), 'never leaves the planner'],
  'names that double columns': [`${doubledNames(24, 'seq', '+')} FROM events`, 'never leaves the planner'],
  'text of text in ten levels': [
    around(10, "SELECT 'x' AS x", (inner) => `SELECT ${many('x', 10, ' || ')} AS x FROM (${inner})`),
    'a value of 10 GB',
  ],
  'lists of lists in nine levels': [
    around(9, 'SELECT 1 AS x', (inner) => `SELECT [${many('x', 10)}] AS x FROM (${inner})`),
    'a value of 10 GB',
  ],
  'tables in structs in nine levels': [
    around(
      9,
      'SELECT 1 AS x',
      (inner) => `SELECT {a: t, b: t, c: t, d: t, e: t, f: t, g: t, h: t} AS x FROM (${inner}) t`,
    ),
    'a type of 134 million fields',
  ],
  'CASE in the operand of CASE': [
    `SELECT ${nest('CASE ', '1', `${' WHEN 1 THEN 1'.repeat(30)} END`, 5)}`,
    'takes memory without end in the parser',
  ],
  'a long operand of many WHENs': [
    `SELECT CASE ${many('[1]', 200, '||')} ${'WHEN [1] THEN 1 '.repeat(300)} END`,
    'takes memory in the parser',
  ],
  'a long window of many': [
    `SELECT ${many('sum(1) OVER w', 300)} FROM events WINDOW w AS (PARTITION BY ${many('1', 1500, ',')})`,
    'holds the parser for seconds',
  ],
  'BETWEEN in BETWEEN': [
    `SELECT ${nest('(', 'seq', ' BETWEEN 1 AND 2)::INT', 30)} FROM events`,
    'never leaves the planner',
  ],
  'nullif in nullif': [`SELECT ${nest('nullif(', 'seq', ', 2)', 26)} FROM events`, 'never leaves the planner'],
  'fmod in fmod': [`SELECT ${nest('fmod(', 'seq', ', 2)', 26)} FROM events`, 'never leaves the planner'],
  'round_even in round_even': [
    `SELECT ${nest('round_even(', 'seq', ', 2)', 16)} FROM events`,
    'never leaves the planner',
  ],
  'split_part in split_part': [
    `SELECT ${nest('split_part(', 'type', ", 'a', 1)", 26)} FROM events`,
    'never leaves the planner',
  ],
  'array_to_string in itself': [
    `SELECT ${nest('array_to_string([', 'type', "], ',')", 26)} FROM events`,
    'never leaves the planner',
  ],
  'json_group_array in itself': [
    `SELECT ${nest('json_group_array((SELECT ', '1', '))', 10)}`,
    'never leaves the planner',
  ],
  'a thousand stars': [`SELECT ${many('*', 1000, ',')} FROM events`, 'holds the planner, and takes its memory'],
  'stars of stars': [
    around(6, 'SELECT 1', (inner) => `SELECT ${many('*', 10, ',')} FROM (${inner})`),
    'holds the planner for seconds',
  ],
  'stars in a subquery that only exists': [
    `SELECT 1 WHERE EXISTS (${around(5, 'SELECT 1', (inner) => `SELECT ${many('*', 10, ',')} FROM (${inner})`)})`,
    'the same',
  ],
  'COLUMNS of COLUMNS': [
    around(5, 'SELECT 1', (inner) => `SELECT ${many('COLUMNS(*)', 10, ',')} FROM (${inner})`),
    'the same',
  ],
  'stars of WITH': [
    `WITH a AS (SELECT ${many('*', 20, ',')} FROM events), b AS (SELECT ${many('*', 20, ',')} FROM a) FROM b`,
    'the same',
  ],
  'stars of joins': [
    `WITH a AS (SELECT ${many('*', 30, ',')} FROM events) FROM ${Array.from({ length: 10 }, (_, at) => `a a${at}`)}`,
    'the same',
  ],
  'names of WITH that are each used thrice': [
    `WITH t0 AS NOT MATERIALIZED (SELECT ${Array.from({ length: 500 }, (_, at) => `seq + ${at} AS c${at}`)} FROM events), ${Array.from(
      { length: 7 },
      (_, at) => `t${at + 1} AS NOT MATERIALIZED (SELECT a.c1 FROM t${at} a, t${at} b, t${at} c)`,
    )} SELECT count(*) FROM t7`,
    'never leaves the planner',
  ],
  'stars of a table that WITH has hidden': [
    `WITH events AS (SELECT 1 AS x) SELECT ${many('*', 1000, ',')} FROM main.events`,
    'the same',
  ],
  'fields of unpacked structs': [
    around(5, 'FROM events', (inner) => `SELECT ${many('unnest(t)', 10, ',')} FROM (${inner}) t`),
    'the same',
  ],
  'fields of structs by their star': [
    around(4, 'FROM events', (inner) => `SELECT ${many('s.*', 10, ',')} FROM (SELECT t AS s FROM (${inner}) t)`),
    'the same',
  ],
  'names that grow with COLUMNS': [
    around(5, 'SELECT 1 AS a', (inner) => `SELECT COLUMNS('(.*)') AS "${'\\1'.repeat(300)}" FROM (${inner})`),
    'never leaves the planner',
  ],
  'much around COLUMNS': [
    `SELECT COLUMNS(*)${' + 1'.repeat(60)} FROM (SELECT ${many('*', 200, ',')} FROM events)`,
    'holds the planner for seconds',
  ],
  'much around COLUMNS in a condition': [
    `SELECT 1 FROM (SELECT ${many('*', 200, ',')} FROM events) WHERE ${many('COLUMNS(*) IS NULL', 60, ' AND ')}`,
    'holds the planner for seconds',
  ],
  'structs by the number of a column': [
    around(6, 'SELECT 1', (inner) => `SELECT {${Array.from({ length: 60 }, (_, at) => `f${at}: #1`)}} FROM (${inner})`),
    'never leaves the planner',
  ],
  'a type of many fields, many times': [
    around(
      2,
      `SELECT NULL::STRUCT(${Array.from({ length: 300 }, (_, at) => `f${at} INT`)}) AS x`,
      (inner) => `SELECT {${Array.from({ length: 30 }, (_, at) => `f${at}: x`)}} AS x FROM (${inner})`,
    ),
    'a type of 270,000 fields',
  ],
  'a pivot of pivots': [
    `FROM (PIVOT events ON type IN (${values(60)}), session_id IN (${values(60)}) USING count(*))`,
    '3,600 columns',
  ],
  'LIKE with _ that tries everything': [`SELECT '${a(200)}' LIKE '${'%a_'.repeat(20)}b'`, 'never leaves the planner'],
  'LIKE by a collation that tries everything': [
    `SELECT data::VARCHAR COLLATE NOCASE LIKE '${'%x'.repeat(30)}b' FROM events`,
    'heeds no interrupt',
  ],
  'ILIKE that tries everything': [`SELECT '${a(5000)}' ILIKE '%a%a%ab'`, 'holds the planner for more than 7 s'],
  'GLOB that tries everything': [`SELECT '${a(5000)}' GLOB '${'*a'.repeat(50)}b'`, 'never leaves the planner'],
  'LIKE with an escape that tries everything': [
    `SELECT '${a(5000)}' LIKE '${'%a'.repeat(50)}b' ESCAPE '!'`,
    'never leaves the planner',
  ],
  'LIKE by a pattern that is not known': [
    `SELECT count(*) FROM (SELECT data::VARCHAR AS d, '${'%x'.repeat(50)}b' AS p FROM events) WHERE d LIKE p`,
    'heeds no interrupt',
  ],
  'a regular expression that is not known': [
    "SELECT regexp_matches(s, t) FROM (SELECT string_agg('a', '') AS s, string_agg('(a|b)*', '') AS t FROM range(20000))",
    'heeds no interrupt',
  ],
  'different values of each frame but for its own row': [
    'SELECT count(DISTINCT seq) OVER (ORDER BY seq ROWS BETWEEN 9 PRECEDING AND 9 FOLLOWING EXCLUDE CURRENT ROW) FROM events',
    'heeds no interrupt, from a few thousand rows on',
  ],
  'the same by the name of its window': [
    'SELECT min_by(DISTINCT type, seq) FILTER (WHERE seq > 1) OVER w FROM events WINDOW w AS (ORDER BY ts GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE TIES)',
    'the same',
  ],
  'the same over a window that goes on from another': [
    'SELECT sum(DISTINCT seq) OVER (w RANGE UNBOUNDED PRECEDING EXCLUDE GROUP) FROM events WINDOW w AS (ORDER BY seq)',
    'the same',
  ],
  'the first million of each group': ['SELECT min(seq, 999999) FROM events GROUP BY seq', '16 MB a group'],
  'the top million of each group': ['SELECT approx_top_k(seq, 999999) FROM events GROUP BY seq', 'the same'],
}

const tooLarge: Readonly<Record<string, readonly [sql: string, did: string]>> = {
  'a list of ten million': ['SELECT list(range) FROM range(10000000)', 'held the loop for 22 s'],
  'lists of ten million in all': ['SELECT list(range) FROM range(10000000) GROUP BY range % 100', 'the same'],
  'one text of 100 MB': ["SELECT string_agg('0123456789', '') FROM range(10000000)", 'became an object of 200 MB'],
}

const stopped: Readonly<Record<string, readonly [sql: string, did: string]>> = {
  'a cross join without end': [
    'SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range + b.range = -1',
    'runs for days',
  ],
  'a recursion without end': [
    'WITH RECURSIVE t(x) AS (SELECT 1::HUGEINT UNION ALL SELECT x + 1 FROM t) SELECT max(x) FROM t',
    'runs for ever',
  ],
  'text that doubles in a recursion': [
    "WITH RECURSIVE t(s) AS (SELECT 'a' UNION ALL SELECT s || s FROM t) SELECT max(length(s)) FROM t",
    '4 GB in one value',
  ],
  'the most frequent value of each wide frame': [
    'SELECT mode(range) OVER (ORDER BY range ROWS BETWEEN 50000 PRECEDING AND 50000 FOLLOWING) FROM range(300000)',
    'runs for minutes',
  ],
  'a list for each row of a window': ['SELECT list(range) OVER (ORDER BY range) FROM range(100000)', '40 GB'],
}

const killed: Readonly<Record<string, readonly [sql: string, did: string]>> = {
  'a search of half a text in the other half': [
    `SELECT instr(s, left(s, 500000) || 'b') FROM ${text(1_000_000)}`,
    'heeds no interrupt for minutes',
  ],
  'a replacement that finds nothing': [
    `SELECT length(replace(s, left(s, 500000) || 'b', 'x')) FROM ${text(1_000_000)}`,
    'heeds no interrupt for minutes',
  ],
  'matches that all look to the end': [
    `SELECT len(regexp_extract_all(s, 'a*b|a')) FROM ${text(1_000_000)}`,
    'heeds no interrupt for minutes',
  ],
  'the median deviation of all rows so far, for each row': [
    'SELECT mad(range) OVER (ORDER BY range) FROM range(100000)',
    'heeds an interrupt only between 2,048 rows, each of which goes through all before it',
  ],
  'a map of three million keys': [
    'SELECT map(list(range), list(range)) FROM range(3000000)',
    'looks for each key among the others, and heeds no interrupt',
  ],
  'replacements that grow in a recursion': [
    "WITH RECURSIVE t(s) AS (SELECT 'a' UNION ALL SELECT replace(s, 'a', 'aaaaaaaaaaaaaaaaaaaaaaaa') FROM t) SELECT max(length(s)) FROM t",
    'takes gigabytes in one value',
  ],
}

export const attackQueries: readonly AttackQuery[] = Object.entries({
  refused,
  'too large': tooLarge,
  stopped,
  killed,
}).flatMap(([becomes, queries]) =>
  Object.entries(queries).map(([name, [sql, did]]) => ({
    name,
    sql,
    becomes: becomes as AttackQuery['becomes'],
    did,
  })),
)
