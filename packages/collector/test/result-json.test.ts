/** Values as the database has them, as JSON has them. */
import { expect, it } from 'vitest'
import { aReadStore } from './read-store-harness.ts'

it.each([
  ['9007199254740991', 9007199254740991],
  ['9007199254740993', '9007199254740993'],
  ['-9223372036854775808', '-9223372036854775808'],
  ['170141183460469231731687303715884105727', '170141183460469231731687303715884105727'],
  ['sum(range) FROM range(3)', 3],
  ['1.50', 1.5],
  ['-0.000001::DECIMAL(18, 6)', -0.000001],
  ['12345678901234567.89::DECIMAL(38, 2)', '12345678901234567.89'],
  ['0.1::FLOAT', 0.10000000149011612],
  ["'NaN'::DOUBLE", 'NaN'],
  ["'-Infinity'::DOUBLE", '-Infinity'],
  ['NULL', null],
  ['true', true],
  ["TIMESTAMP '2026-01-02 03:04:05'", '2026-01-02T03:04:05.000Z'],
  ["TIMESTAMP '2026-01-02 03:04:05.03'", '2026-01-02T03:04:05.030Z'],
  ["TIMESTAMP '2026-01-02 03:04:05.000100'", '2026-01-02T03:04:05.0001Z'],
  ["TIMESTAMP '0044-03-15 (BC) 12:00:00'", '0044-03-15 (BC) 12:00:00'],
  ["TIMESTAMP_NS '2026-01-02 03:04:05.000000001'", '2026-01-02T03:04:05.000000001Z'],
  ["TIMESTAMP '2026-01-02 03:04:05.678'", '2026-01-02T03:04:05.678Z'],
  ["TIMESTAMP '2026-01-02 03:04:05.678901'", '2026-01-02T03:04:05.678901Z'],
  ["TIMESTAMPTZ '2026-01-02 03:04:05.5+02'", '2026-01-02T01:04:05.500Z'],
  ["TIMESTAMP_MS '2026-01-02 03:04:05'", '2026-01-02T03:04:05.000Z'],
  ["'infinity'::TIMESTAMP", 'infinity'],
  ["DATE '2026-01-02'", '2026-01-02'],
  ["TIME '03:04:05.5'", '03:04:05.5'],
  ["INTERVAL '1 month 2 days 3 seconds'", '1 month 2 days 00:00:03'],
  ["'0197c6b2-8f7e-7000-8000-000000000000'::UUID", '0197c6b2-8f7e-7000-8000-000000000000'],
  ["'\\x00\\xFF'::BLOB", 'AP8='],
  ['[1, NULL, 9007199254740993]', [1, null, '9007199254740993']],
  ["{'a': 1, '__proto__': [1.5]}", JSON.parse('{"a":1,"__proto__":[1.5]}')],
  [
    "MAP {'a': 1, 'b': 2}",
    [
      { key: 'a', value: 1 },
      { key: 'b', value: 2 },
    ],
  ],
  [`'{"a":[1,null]}'::JSON`, { a: [1, null] }],
  [`['{"a":1}'::JSON]`, [{ a: 1 }]],
  ["'<script>'", '<script>'],
])('%s is %j', async (sql, value) => {
  const store = await aReadStore()
  expect(await store.rows(`SELECT ${sql}`)).toEqual([[value]])
})

it('names the columns and their types', async () => {
  const store = await aReadStore()
  const { columns } = await store.query("SELECT 1 AS a, 2::BIGINT AS a, 'x' AS b, data AS c, [1] AS d FROM events")
  expect(columns).toEqual([
    { name: 'a', type: 'INTEGER' },
    { name: 'a', type: 'BIGINT' },
    { name: 'b', type: 'VARCHAR' },
    { name: 'c', type: 'JSON' },
    { name: 'd', type: 'INTEGER[]' },
  ])
})
