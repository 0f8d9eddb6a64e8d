/**
 * Writes queries: expressions over what may be read, in the shapes that SQL has, and conditions. Now and then one is
 * damaged as text.
 */
import fc from 'fast-check'
import { rareScar, scarred } from './damaged-json.ts'
import { type Expressions, expressionsOf, type Signature } from './sql-expressions.ts'

/** How it is asked. `condition`: it is no query, but what stands behind WHERE. */
export interface Question {
  readonly sql: string
  readonly as: 'rows' | 'players' | 'parquet' | 'condition'
}

export function questions(signatures: readonly Signature[]): fc.Arbitrary<Question> {
  const expressions = expressionsOf(signatures)
  const query = fc.oneof(
    { weight: 4, arbitrary: plainQueries(expressions) },
    { weight: 5, arbitrary: aggregatingQueries(expressions) },
    { weight: 3, arbitrary: windowQueries(expressions) },
  )
  const queries = fc.oneof({ weight: 3, arbitrary: query }, { weight: 2, arbitrary: nestedQueries(query, expressions) })
  const asked = fc.tuple(queries, fc.constantFrom<Question['as']>('rows', 'rows', 'rows', 'players', 'parquet'))
  return fc
    .tuple(
      fc.oneof(
        { weight: 9, arbitrary: asked },
        { weight: 1, arbitrary: expressions.bool.map((sql) => [sql, 'condition'] as const) },
      ),
      rareScar(20),
    )
    .map(([[sql, as], mark]) => ({ sql: scarred(sql, mark), as }))
}

/** Each has the columns seq, type, ts and data. */
const sources = [
  'events',
  'events',
  'main.events',
  'events JOIN sessions USING (session_id)',
  'events LEFT JOIN ledgers USING (session_id)',
  'events FULL JOIN rejected_events USING (session_id, seq)',
  'events, range(3) numbers(n)',
  'events, LATERAL (SELECT seq + 1 AS next)',
  'events, json_each(data)',
  'events POSITIONAL JOIN generate_series(1, 9) numbers(n)',
  '(SELECT * FROM events ORDER BY seq DESC LIMIT 9)',
  '(FROM events UNION ALL BY NAME FROM events)',
  `(VALUES (1, 'a', TIMESTAMP '2024-01-01', '{"n":1}'::JSON), (NULL, NULL, NULL, NULL)) v(seq, type, ts, data)`,
  'events TABLESAMPLE 50%',
  'events ASOF JOIN (SELECT ts AS at FROM events) other ON events.ts >= other.at',
]
const source = fc.constantFrom(...sources)

const limit = fc.constantFrom('', '', 'LIMIT 3', 'LIMIT 50%', 'LIMIT 0 OFFSET 1', 'LIMIT ALL', 'USING SAMPLE 3')

const maybe = (text: fc.Arbitrary<string>, wrap: (text: string) => string): fc.Arbitrary<string> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant('') }, { weight: 1, arbitrary: text.map(wrap) })

const plainQueries = ({ any, calls, bool }: Expressions): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.constantFrom('', 'DISTINCT ', 'DISTINCT ON (type) '),
      fc.oneof(any, calls),
      any,
      source,
      maybe(bool, (text) => `WHERE ${text}`),
      limit,
    )
    .map(
      ([distinct, first, second, from, where, bound]) =>
        `SELECT ${distinct}${first} AS a, ${second} AS b FROM ${from} ${where} ORDER BY ALL ${bound}`,
    )

function aggregatingQueries({ any, bool, aggregates }: Expressions): fc.Arbitrary<string> {
  const groups = fc.constantFrom('ALL', 'ALL', 'a', 'CUBE (a, type)', 'ROLLUP (a)', 'GROUPING SETS ((a), ())')
  const grouped = fc
    .tuple(
      any,
      aggregates,
      aggregates,
      source,
      maybe(bool, (text) => `WHERE ${text}`),
      groups,
      maybe(aggregates, (text) => `HAVING ${text} IS NOT NULL`),
    )
    .map(
      ([key, first, second, from, where, group, having]) =>
        `SELECT ${key} AS a, ${first} AS b, ${second} AS c FROM ${from} ${where} GROUP BY ${group} ${having}`,
    )
  const whole = fc
    .tuple(
      aggregates,
      maybe(bool, (text) => `FILTER (WHERE ${text})`),
      source,
    )
    .map(([first, filter, from]) => `SELECT ${first} ${filter} AS a FROM ${from}`)
  return fc.oneof({ weight: 3, arbitrary: grouped }, { weight: 2, arbitrary: whole })
}

const frames = [
  '',
  '',
  'ROWS BETWEEN 2 PRECEDING AND CURRENT ROW',
  'ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE TIES',
  'RANGE BETWEEN 3 PRECEDING AND 3 FOLLOWING',
  'GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE CURRENT ROW',
  'ROWS BETWEEN 9223372036854775807 PRECEDING AND -1 FOLLOWING',
]

const placeFunctions = [
  ...['row_number()', 'rank()', 'dense_rank()', 'cume_dist()', 'percent_rank()', 'ntile(3)', 'ntile(0)'],
  ...['lag($1, $2, $3)', 'lead($1, $2)', 'first_value($1)', 'last_value($1 IGNORE NULLS)', 'nth_value($1, $2)'],
  'fill($1)',
]

function windowQueries({ any, bool, aggregates }: Expressions): fc.Arbitrary<string> {
  const placed = fc
    .tuple(fc.constantFrom(...placeFunctions), any, fc.constantFrom(1, -1, 0, 1_000_000), any)
    .map(([form, ...args]) => form.replace(/\$(\d)/g, (_, at) => String(args[at - 1])))
  return fc
    .tuple(
      fc.oneof(aggregates, placed),
      any,
      any,
      source,
      fc.constantFrom(...frames),
      maybe(bool, (text) => `QUALIFY ${text}`),
    )
    .map(
      ([first, part, order, from, frame, qualify]) =>
        `SELECT ${first} OVER (PARTITION BY ${part} ORDER BY ${order} ${frame}) AS a FROM ${from} ${qualify}`,
    )
}

const nestedQueries = (query: fc.Arbitrary<string>, { any }: Expressions): fc.Arbitrary<string> =>
  fc
    .tuple(query, query, any)
    .chain(([one, other, value]) =>
      fc.constantFrom(
        `${one};`,
        `(${one}) UNION ALL BY NAME (${other})`,
        `(${one}) EXCEPT (${other})`,
        `(${one}) INTERSECT ALL (${other})`,
        `WITH t AS (${one}), u AS MATERIALIZED (${other}) SELECT * FROM t, u LIMIT 9`,
        `SELECT ${value} IN (SELECT a FROM (${one})) FROM events`,
        `SELECT (SELECT a FROM (${one}) LIMIT 1), * FROM events`,
        `SELECT type FROM events WHERE EXISTS (SELECT a FROM (${one}) t WHERE t.a IS DISTINCT FROM events.seq)`,
        `SUMMARIZE (${one})`,
        `DESCRIBE (${one})`,
        `SELECT COLUMNS(*)::VARCHAR FROM (${one})`,
        `SELECT * EXCLUDE (a) REPLACE (1 AS b) FROM (${one})`,
        `FROM (PIVOT (SELECT type, seq, ${value} AS v FROM events) ON type IN ('a', 'b') USING first(v), count(*))`,
        `FROM (UNPIVOT (SELECT seq AS id, ${value} AS v, ${value} AS w FROM events) ON v, w)`,
        `SELECT unnest(list(a)) FROM (${one})`,
        `SELECT unnest({a: a, b: [a]}, recursive := true) FROM (${one})`,
        `SELECT t FROM (${one}) t`,
        `WITH RECURSIVE t(n, v) AS (SELECT 1, ${value} FROM events UNION SELECT n + 1, v FROM t WHERE n < 4) FROM t`,
        `SELECT key, value FROM json_each((SELECT to_json(a) FROM (${one}) LIMIT 1))`,
        `SELECT a, count(*) FROM (${one}) GROUP BY a ORDER BY a`,
        `SELECT * FROM (${one}) x JOIN (${other}) y ON x.a = y.a`,
      ),
    )
