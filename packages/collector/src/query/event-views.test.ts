import { defineEvents } from '@downlink/protocol'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { eventViews } from './event-views.ts'
import { columnsOf } from './schema-columns.ts'
import { uniqueNames } from './unique-names.ts'

const typesOf = (shape: z.ZodRawShape) =>
  Object.fromEntries((columnsOf(z.object(shape)) ?? []).map(({ name, type }) => [name, type]))

it('takes column types from the schema', () => {
  expect(
    typesOf({
      text: z.string(),
      choice: z.enum(['red', 'blue']),
      literal: z.literal('x'),
      number: z.number(),
      whole: z.int(),
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
    const [view] = eventViews(defineEvents({ odd: schema }))
    expect(view?.columns).toEqual(['session_id', 'seq', 'ts', 'received_at', 'data'])
  }
})

it('keeps clear of the names of tables, of its own columns and of names that differ in case', () => {
  const empty = z.object({})
  const views = eventViews(
    defineEvents({ sessions: empty, Ledgers: empty, hit: empty, HIT: empty, event_sessions: empty }),
  )
  expect(views.map((view) => view.name)).toEqual([
    'event_sessions',
    'event_Ledgers',
    'hit',
    'HIT_2',
    'event_sessions_2',
  ])
  const [clash] = eventViews(defineEvents({ clash: z.object({ seq: z.int(), TS: z.int(), a: z.int(), A: z.int() }) }))
  expect(clash?.columns.slice(4)).toEqual(['data_seq', 'data_TS', 'a', 'A_2'])
})

it('counts on until a name is free', () => {
  expect(uniqueNames(['a', 'A_2', 'A', 'a'], [], '')).toEqual(['a', 'A_2', 'A_3', 'a_4'])
})
