/** Lists what queries are made of: values of each kind, plain ones and those at an end of what their type holds, and types. */

/** Values that a function takes or gives, as far as it matters for what fits. */
export const kinds = [
  ...(['bool', 'int', 'double', 'text', 'blob', 'date', 'time', 'timestamp', 'interval'] as const),
  ...(['uuid', 'json', 'list', 'struct', 'map', 'pattern', 'any'] as const),
]
export type Kind = (typeof kinds)[number]

export type TypedKind = Exclude<Kind, 'any' | 'pattern'>

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
export const patterns = ["'%a_'", "'a%'", "''", "'a.*(b|c)+'", "'['", "'*a'", "'(a|a)*$'", "'\\\\'", "'%é%'"]

/** Columns that each source below has, and constants: plain ones, and those at an end of what their type holds. */
export const leaves: Readonly<Record<TypedKind, readonly string[]>> = {
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

/** To cast to, as SQL spells them: each that a query may name. */
export const types: Readonly<Record<TypedKind, readonly string[]>> = {
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
