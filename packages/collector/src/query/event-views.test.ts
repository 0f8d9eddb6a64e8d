import { defineEvents, versions } from '@downlink/protocol'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { eventView, planViews, uniqueNames } from './event-views.ts'
import { columnsOf } from './schema-columns.ts'

const typesOf = (shape: z.ZodRawShape) =>
  Object.fromEntries(columnsOf(z.object(shape)).map(({ name, type }) => [name, type]))

it('takes column types from the schema', () => {
  expect(
    typesOf({
      text: z.string(),
      choice: z.enum(['red', 'blue']),
      literal: z.literal('x'),
      number: z.number(),
      whole: z.int(),
      unbounded: z.unknown().meta({ type: 'integer' }),
      counted: z.union([z.int(), z.unknown().meta({ type: 'integer', minimum: 0 })]),
      either: z.union([z.int(), z.number()]),
      flag: z.boolean(),
      optional: z.string().optional(),
      nullable: z.number().nullable(),
      list: z.array(z.number()),
      record: z.object({ a: z.int() }),
      mixed: z.union([z.string(), z.number()]),
      anything: z.unknown(),
    }),
  ).toEqual({
    text: 'VARCHAR',
    choice: 'VARCHAR',
    literal: 'VARCHAR',
    number: 'DOUBLE',
    whole: 'BIGINT',
    unbounded: 'HUGEINT',
    counted: 'HUGEINT',
    either: 'DOUBLE',
    flag: 'BOOLEAN',
    optional: 'VARCHAR',
    nullable: 'DOUBLE',
    list: 'JSON',
    record: 'JSON',
    mixed: 'JSON',
    anything: 'JSON',
  })
})

it('has one column for a payload of unknown shape', () => {
  const noJsonSchema = { '~standard': { version: 1, vendor: 'x', validate: (value: unknown) => ({ value }) } } as const
  for (const schema of [z.string(), z.object({ at: z.date() }), noJsonSchema]) {
    expect(eventView({ type: 'odd', name: 'odd', schema }).columns).toEqual([
      'session_id',
      'seq',
      'ts',
      'corrected_ts',
      'received_at',
      'context',
      'data',
    ])
  }
})

it('keeps clear of the names of tables, of its own columns and of names that differ in case', () => {
  const empty = z.object({})
  const views = planViews(
    defineEvents({ sessions: empty, Ledgers: empty, hit: empty, HIT: empty, event_sessions: empty, pg_class: empty }),
  )
  expect(views.map((view) => view.name)).toEqual([
    'event_sessions',
    'event_Ledgers',
    'hit',
    'HIT_2',
    'event_sessions_2',
    'event_pg_class',
  ])
  const schema = z.object({ seq: z.int(), TS: z.int(), a: z.int(), A: z.int(), context: z.string() })
  expect(eventView({ type: 'clash', name: 'clash', schema }).columns.slice(6)).toEqual([
    'data_seq',
    'data_TS',
    'a',
    'A_2',
    'data_context',
  ])
})

it('counts on until a name is free', () => {
  expect(uniqueNames(['a', 'A_2', 'A', 'a'], () => false, '')).toEqual(['a', 'A_2', 'A_3', 'a_4'])
})

it('has the columns of all versions, and JSON where they differ', () => {
  const schema = versions(
    [1, z.object({ ship: z.string(), team: z.string(), damage: z.int(), at: z.int(), tag: z.string().nullable() })],
    [
      2,
      z.object({
        shipId: z.string(),
        team: z.int(),
        damage: z.number(),
        at: z.object({ x: z.int() }),
        tag: z.string(),
      }),
    ],
  )
  expect(Object.fromEntries(columnsOf(schema).map(({ name, type }) => [name, type]))).toEqual({
    ship: 'VARCHAR',
    shipId: 'VARCHAR',
    team: 'JSON',
    // Every whole number is a number.
    damage: 'DOUBLE',
    at: 'JSON',
    tag: 'VARCHAR',
  })
})

it('has the payload as a whole beside them where a version is of unknown shape', () => {
  const schema = versions([1, z.string()], [2, z.object({ n: z.int(), data: z.string() })])
  expect(eventView({ type: 'odd', name: 'odd', schema }).columns.slice(6)).toEqual(['n', 'data', 'data_2'])
})
