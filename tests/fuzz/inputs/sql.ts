/**
 * Writes queries: calls of whatever function may be called, with arguments of its types, over what may be read, in the
 * shapes that SQL has. Now and then one is damaged as text.
 */
import fc from 'fast-check'
import { rareScar, scarred } from './damaged-json.ts'
import { type Expressions, expressionsOf } from './sql-expressions.ts'
import type { Signature } from './sql-values.ts'

const sources = fc.constantFrom(
  'events',
  'events',
  'main.events',
  'events JOIN sessions USING (session_id)',
  'events LEFT JOIN ledgers USING (session_id)',
  'events, range(3) numbers(n)',
  'events POSITIONAL JOIN generate_series(1, 9) numbers(n)',
  '(SELECT * FROM events ORDER BY seq DESC LIMIT 9)',
  '(FROM events UNION ALL BY NAME FROM events)',
  `(VALUES (1, 'a', TIMESTAMP '2024-01-01', '{"n":1}'::JSON), (NULL, NULL, NULL, NULL)) v(seq, type, ts, data)`,
  'events TABLESAMPLE 50%',
  'events ASOF JOIN (SELECT ts AS at FROM events) other ON events.ts >= other.at',
)

const frames = fc.constantFrom(
  '',
  '',
  'ROWS BETWEEN 2 PRECEDING AND CURRENT ROW',
  'ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE TIES',
  'RANGE BETWEEN 3 PRECEDING AND 3 FOLLOWING',
  'GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE CURRENT ROW',
  'ROWS BETWEEN 9223372036854775807 PRECEDING AND -1 FOLLOWING',
)

const limits = fc.constantFrom('', '', 'LIMIT 3', 'LIMIT 50%', 'LIMIT 0 OFFSET 1', 'LIMIT ALL')

export function queries(signatures: readonly Signature[]): fc.Arbitrary<string> {
  const expressions = expressionsOf(signatures)
  const where = fc
    .oneof({ weight: 3, arbitrary: fc.constant('') }, { weight: 1, arbitrary: expressions.bool })
    .map((condition) => (condition === '' ? '' : `WHERE ${condition}`))
  const query = fc.oneof(
    { weight: 4, arbitrary: plain(expressions, where) },
    { weight: 3, arbitrary: grouped(expressions, where) },
    { weight: 2, arbitrary: aggregated(expressions, where) },
    { weight: 3, arbitrary: windowed(expressions) },
  )
  const written = fc.oneof({ weight: 3, arbitrary: query }, { weight: 2, arbitrary: nested(query, expressions.any) })
  return fc.tuple(written, rareScar(20)).map(([sql, scar]) => scarred(sql, scar))
}

const plain = ({ any, calls }: Expressions, where: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(fc.constantFrom('', 'DISTINCT ', 'DISTINCT ON (type) '), fc.oneof(any, calls), any, sources, where, limits)
    .map(
      ([distinct, first, second, from, filter, limit]) =>
        `SELECT ${distinct}${first} AS a, ${second} AS b FROM ${from} ${filter} ORDER BY ALL ${limit}`,
    )

const groups = fc.constantFrom('ALL', 'a', 'CUBE (a, type)', 'GROUPING SETS ((a), ())')

const grouped = ({ any, aggregates }: Expressions, where: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(aggregates, aggregates, any, sources, where, groups)
    .map(
      ([first, second, key, from, filter, group]) =>
        `SELECT ${key} AS a, ${first} AS b, ${second} AS c FROM ${from} ${filter} GROUP BY ${group}`,
    )

function aggregated({ bool, aggregates }: Expressions, where: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const filtered = fc.oneof(
    fc.constant(''),
    bool.map((condition) => `FILTER (WHERE ${condition})`),
  )
  return fc
    .tuple(aggregates, filtered, sources, where)
    .map(([first, condition, from, filter]) => `SELECT ${first} ${condition} AS a FROM ${from} ${filter}`)
}

const windowFunctions = fc.constantFrom(
  ...['row_number()', 'rank()', 'dense_rank()', 'cume_dist()', 'percent_rank()', 'ntile(3)', 'ntile(0)'],
)

function windowed({ any, aggregates }: Expressions): fc.Arbitrary<string> {
  const neighbour = fc
    .tuple(any, fc.constantFrom(1, -1, 0, 1_000_000), any)
    .chain(([value, offset, other]) =>
      fc.constantFrom(
        `lag(${value}, ${offset}, ${other})`,
        `lead(${value}, ${offset})`,
        `first_value(${value})`,
        `last_value(${value} IGNORE NULLS)`,
        `nth_value(${value}, ${offset})`,
        `fill(${value})`,
      ),
    )
  const placed = fc.oneof({ weight: 1, arbitrary: windowFunctions }, { weight: 6, arbitrary: neighbour })
  return fc
    .tuple(fc.oneof(aggregates, placed), any, any, sources, frames)
    .map(
      ([first, part, order, from, frame]) =>
        `SELECT ${first} OVER (PARTITION BY ${part} ORDER BY ${order} ${frame}) AS a FROM ${from}`,
    )
}

const nested = (query: fc.Arbitrary<string>, any: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(query, query, any)
    .chain(([one, other, value]) =>
      fc.constantFrom(
        `${one} `,
        `(${one}) UNION ALL BY NAME (${other})`,
        `(${one}) EXCEPT (${other})`,
        `WITH t AS (${one}), u AS MATERIALIZED (${other}) SELECT * FROM t, u LIMIT 9`,
        `SELECT ${value} IN (SELECT a FROM (${one})) FROM events`,
        `SELECT (SELECT a FROM (${one}) LIMIT 1), * FROM events`,
        `SELECT type FROM events WHERE EXISTS (SELECT a FROM (${one}) t WHERE t.a IS DISTINCT FROM events.seq)`,
        `SUMMARIZE (${one})`,
        `DESCRIBE (${one})`,
        `SELECT COLUMNS(*)::VARCHAR FROM (${one})`,
        `SELECT * EXCLUDE (a) REPLACE (1 AS b) FROM (${one})`,
        `FROM (PIVOT (SELECT type, seq, ${value} AS v FROM events) ON type IN ('a', 'b') USING first(v), count(*))`,
        `SELECT unnest(list(a)) FROM (${one})`,
        `SELECT t FROM (${one}) t`,
        `WITH RECURSIVE t(n, v) AS (SELECT 1, ${value} FROM events UNION SELECT n + 1, v FROM t WHERE n < 4) FROM t`,
        `SELECT key, value FROM json_each((SELECT to_json(a) FROM (${one}) LIMIT 1))`,
      ),
    )
