/**
 * Writes queries: calls of whatever function may be called, with arguments of its types, over what may be read, in the
 * shapes that SQL has. Now and then one is damaged as text.
 */
import fc from 'fast-check'
import { rareScar, scarred } from './damaged-json.ts'

/** Values that a function takes or gives, as far as it matters for what fits. */
export const kinds = [
  ...(['bool', 'int', 'double', 'text', 'blob', 'date', 'time', 'timestamp', 'interval'] as const),
  ...(['uuid', 'json', 'list', 'struct', 'map', 'pattern', 'any'] as const),
]
export type Kind = (typeof kinds)[number]

type TypedKind = Exclude<Kind, 'any' | 'pattern'>

export interface Signature {
  readonly name: string
  readonly isAggregate: boolean
  readonly parameters: readonly Kind[]
  readonly returns: Kind
}

/** @param type as DuckDB writes it; undefined for one of which nothing can be given: a lambda */
export function kindOf(type: string): Kind | undefined {
  if (/LAMBDA|FUNCTION/.test(type)) return undefined
  const forms: readonly [RegExp, Kind][] = [
    [/\]$|^LIST/, 'list'],
    [/^STRUCT|^UNION/, 'struct'],
    [/^MAP/, 'map'],
    [/^BOOL/, 'bool'],
    [/INT/, 'int'],
    [/^(DOUBLE|FLOAT|DECIMAL)/, 'double'],
    [/^VARCHAR/, 'text'],
    [/^BLOB/, 'blob'],
    [/^TIMESTAMP/, 'timestamp'],
    [/^TIME/, 'time'],
    [/^DATE/, 'date'],
    [/^INTERVAL/, 'interval'],
    [/^UUID/, 'uuid'],
    [/^JSON/, 'json'],
  ]
  // What comes last in INTERVAL is no integer.
  if (type === 'INTERVAL') return 'interval'
  return forms.find(([form]) => form.test(type))?.[1] ?? 'any'
}

/** Plain text, where nothing else may be given. */
const patterns = ["'%a_'", "'a%'", "''", "'a.*(b|c)+'", "'['", "'*a'", "'(a|a)*$'", "'\\\\'", "'%é%'"]

/** Columns that each source below has, and constants: plain ones, and those at an end of what their type holds. */
const leaves: Readonly<Record<TypedKind, readonly string[]>> = {
  bool: ['true', 'false', 'NULL::BOOLEAN', 'seq > 5', "type = 'a'"],
  int: [
    ...['seq', 'seq', '0', '1', '-1', '7', '1000000', '2147483647', '-2147483648', 'NULL::INT', '255::UTINYINT'],
    ...['9223372036854775807', '(-9223372036854775807 - 1)', '170141183460469231731687303715884105727'],
  ],
  double: ['0.5', '-0.0', '1e308', '1e-308', "'nan'::DOUBLE", "'-inf'::DOUBLE", 'NULL::DOUBLE', '1.5::DECIMAL(18,3)'],
  text: [
    ...['type', 'type', "''", "'a'", "'é🚀'", "'%a_'", "'a.*(b|c)+'", "'['", "'$.a'", "'/n'", "'%Y-%m-%d %H'"],
    ...[
      "'2024-01-01'",
      "'year'",
      "'UTC'",
      `'{"a":[1,{"b":null}]}'`,
      'NULL::VARCHAR',
      `'${'ab '.repeat(500)}'`,
      "'🇩🇪e\u0301'",
    ],
  ],
  blob: ["'\\xAA\\x00'::BLOB", "''::BLOB", 'NULL::BLOB'],
  date: [
    "DATE '2024-02-29'",
    "'infinity'::DATE",
    "DATE '5874897-12-31'",
    "'-infinity'::DATE",
    'ts::DATE',
    'NULL::DATE',
  ],
  time: ["TIME '23:59:59.999999'", "TIME '00:00:00'", 'NULL::TIME', "'12:00:00+15:59'::TIMETZ"],
  timestamp: [
    ...['ts', 'ts', "'infinity'::TIMESTAMP", "'-infinity'::TIMESTAMP", "TIMESTAMP '294247-01-10 04:00:54'", 'now()'],
    ...["TIMESTAMP '290309-12-22 (BC) 00:00:00'", "TIMESTAMP_NS '1677-09-22 00:00:00'", 'NULL::TIMESTAMP'],
  ],
  interval: [
    ...['INTERVAL 1 DAY', 'INTERVAL (-1) YEAR', 'INTERVAL 2147483647 MONTH', 'INTERVAL 0 SECOND', 'NULL::INTERVAL'],
    'to_microseconds(9223372036854775807)',
  ],
  uuid: ["'00000000-0000-0000-0000-000000000000'::UUID", "'018e6bfa-0000-7000-8000-000000000000'::UUID", 'NULL::UUID'],
  json: ['data', 'data', "'{}'::JSON", `'[1,"x",{"a":"b"}]'::JSON`, "'null'::JSON", "'1e400'::JSON", 'NULL::JSON'],
  list: ['[1, 2, 3]', '[]', '[NULL]', "['a', type]", '[[1], [2]]', 'NULL::INT[]', "['nan'::DOUBLE]", '[seq, NULL]'],
  struct: ["{a: 1, b: 'x'}", '{a: {b: [seq]}}', "row(1, 'a')", 'NULL::STRUCT(a INT)'],
  map: ["MAP {'a': 1}", 'MAP {}', "map([1, 2], ['a', 'b'])", 'NULL::MAP(VARCHAR, INT)'],
}

const types: Readonly<Record<TypedKind, readonly string[]>> = {
  bool: ['BOOLEAN'],
  int: [
    'TINYINT',
    'SMALLINT',
    'INTEGER',
    'BIGINT',
    'HUGEINT',
    'UTINYINT',
    'USMALLINT',
    'UINTEGER',
    'UBIGINT',
    'UHUGEINT',
  ],
  double: ['FLOAT', 'DOUBLE', 'DECIMAL(4,1)', 'DECIMAL(38,38)', 'DECIMAL(18,0)'],
  text: ['VARCHAR'],
  blob: ['BLOB'],
  date: ['DATE'],
  time: ['TIME', 'TIMETZ'],
  timestamp: ['TIMESTAMP', 'TIMESTAMP_S', 'TIMESTAMP_MS', 'TIMESTAMP_NS', 'TIMESTAMPTZ'],
  interval: ['INTERVAL'],
  uuid: ['UUID'],
  json: ['JSON'],
  list: ['INTEGER[]', 'VARCHAR[]', 'DOUBLE[][]', 'JSON[]'],
  struct: ['STRUCT(a INTEGER, b VARCHAR)', 'STRUCT(a STRUCT(b INTEGER[]))'],
  map: ['MAP(VARCHAR, INTEGER)', 'MAP(INTEGER, VARCHAR[])'],
}

const sources = [
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
]

const frames = [
  '',
  '',
  'ROWS BETWEEN 2 PRECEDING AND CURRENT ROW',
  'ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE TIES',
  'RANGE BETWEEN 3 PRECEDING AND 3 FOLLOWING',
  'GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE CURRENT ROW',
  'ROWS BETWEEN 9223372036854775807 PRECEDING AND -1 FOLLOWING',
]

const isWord = /^\w+$/

/** An operator stands between its arguments, or before the only one. */
function call({ name }: Signature, args: readonly string[]): string {
  if (isWord.test(name)) return `${name}(${args.join(', ')})`
  return args.length === 1 ? `(${name} ${args[0]})` : `(${args.join(` ${name} `)})`
}

export function queries(signatures: readonly Signature[]): fc.Arbitrary<string> {
  const { expressions, calls, aggregates } = expressionsOf(signatures)
  const any = expressions.any as fc.Arbitrary<string>
  const bool = expressions.bool as fc.Arbitrary<string>
  const condition = fc.oneof({ weight: 3, arbitrary: fc.constant('') }, { weight: 1, arbitrary: bool })
  const source = fc.constantFrom(...sources)
  const limit = fc.constantFrom('', '', 'LIMIT 3', 'LIMIT 50%', 'LIMIT 0 OFFSET 1', 'LIMIT ALL')
  const where = condition.map((text) => (text === '' ? '' : `WHERE ${text}`))

  const plain = fc
    .tuple(fc.constantFrom('', 'DISTINCT ', 'DISTINCT ON (type) '), fc.oneof(any, calls), any, source, where, limit)
    .map(
      ([distinct, first, second, from, filter, bound]) =>
        `SELECT ${distinct}${first} AS a, ${second} AS b FROM ${from} ${filter} ORDER BY ALL ${bound}`,
    )
  const aggregated = fc
    .tuple(
      aggregates,
      aggregates,
      any,
      source,
      where,
      fc.constantFrom('ALL', 'a', 'CUBE (a, type)', 'GROUPING SETS ((a), ())'),
    )
    .map(
      ([first, second, key, from, filter, group]) =>
        `SELECT ${key} AS a, ${first} AS b, ${second} AS c FROM ${from} ${filter} GROUP BY ${group}`,
    )
  const whole = fc
    .tuple(
      aggregates,
      fc.oneof(
        fc.constant(''),
        bool.map((text) => `FILTER (WHERE ${text})`),
      ),
      source,
    )
    .map(([first, filter, from]) => `SELECT ${first} ${filter} AS a FROM ${from}`)
  const placed = fc
    .tuple(
      any,
      fc.constantFrom(1, -1, 0, 1_000_000),
      any,
      fc.constantFrom(
        'row_number()',
        'rank()',
        'dense_rank()',
        'cume_dist()',
        'percent_rank()',
        'ntile(3)',
        'ntile(0)',
      ),
    )
    .chain(([value, offset, other, own]) =>
      fc.constantFrom(
        own,
        `lag(${value}, ${offset}, ${other})`,
        `lead(${value}, ${offset})`,
        `first_value(${value})`,
        `last_value(${value} IGNORE NULLS)`,
        `nth_value(${value}, ${offset})`,
        `fill(${value})`,
      ),
    )
  const windowed = fc
    .tuple(fc.oneof(aggregates, placed), any, any, source, fc.constantFrom(...frames))
    .map(
      ([first, part, order, from, frame]) =>
        `SELECT ${first} OVER (PARTITION BY ${part} ORDER BY ${order} ${frame}) AS a FROM ${from}`,
    )
  const query = fc.oneof(
    { weight: 4, arbitrary: plain },
    { weight: 3, arbitrary: aggregated },
    { weight: 2, arbitrary: whole },
    { weight: 3, arbitrary: windowed },
  )
  const nested = fc
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
  return fc
    .tuple(fc.oneof({ weight: 3, arbitrary: query }, { weight: 2, arbitrary: nested }), rareScar(20))
    .map(([sql, mark]) => scarred(sql, mark))
}

function expressionsOf(signatures: readonly Signature[]) {
  const scalars = signatures.filter(({ isAggregate }) => !isAggregate)
  const givers = (kind: Kind): readonly Signature[] => {
    const fitting = scalars.filter(({ returns }) => returns === kind || kind === 'any')
    return fitting.length > 0 ? fitting : scalars
  }
  const expressions = fc.letrec<Record<Kind, string>>((tie) => {
    const callOf = (among: readonly Signature[]): fc.Arbitrary<string> =>
      fc
        .constantFrom(...among)
        .chain((signature) =>
          fc.tuple(...signature.parameters.map((kind) => tie(kind))).map((args) => call(signature, args)),
        )
    const typed = (kind: TypedKind): fc.Arbitrary<string> => {
      const own = tie(kind)
      return fc.oneof(
        { maxDepth: 3, withCrossShrink: true },
        { weight: 4, arbitrary: fc.constantFrom(...leaves[kind]) },
        { weight: 5, arbitrary: callOf(givers(kind)) },
        {
          weight: 1,
          arbitrary: fc
            .tuple(tie('any'), fc.constantFrom(...types[kind]), fc.constantFrom('CAST', 'TRY_CAST'))
            .map(([value, type, how]) => `${how}(${value} AS ${type})`),
        },
        {
          weight: 1,
          arbitrary: fc
            .tuple(tie('bool'), own, own)
            .chain(([test, one, other]) =>
              fc.constantFrom(`CASE WHEN ${test} THEN ${one} ELSE ${other} END`, `coalesce(${one}, ${other})`),
            ),
        },
        ...(kind === 'bool'
          ? [
              {
                weight: 2,
                arbitrary: fc
                  .tuple(
                    tie('any'),
                    tie('any'),
                    fc.constantFrom('=', '<', 'IS DISTINCT FROM', 'IN', 'AND', 'BETWEEN 1 AND'),
                  )
                  .map(([one, other, how]) => `(${one} ${how} (${other}))`),
              },
            ]
          : []),
      )
    }
    const known = kinds.filter((kind) => kind !== 'any' && kind !== 'pattern')
    return {
      ...(Object.fromEntries(known.map((kind) => [kind, typed(kind)])) as Record<TypedKind, fc.Arbitrary<string>>),
      pattern: fc.constantFrom(...patterns),
      any: fc.oneof(...known.map((kind) => tie(kind))),
    }
  })
  const callOf = (among: readonly Signature[]): fc.Arbitrary<string> =>
    fc
      .constantFrom(...among)
      .chain((signature) =>
        fc.tuple(...signature.parameters.map((kind) => expressions[kind])).map((args) => call(signature, args)),
      )
  return {
    expressions,
    calls: callOf(scalars),
    aggregates: callOf(signatures.filter(({ isAggregate }) => isAggregate)),
  }
}
