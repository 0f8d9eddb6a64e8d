/** Declares what the routes about events take and answer: stored and rejected ones, queries over them, and dumps. */
import type { InputSchema } from './check-input.ts'
import {
  anything,
  count,
  cursor,
  failure,
  flag,
  input,
  limit,
  list,
  name,
  object,
  type Schema,
  text,
  time,
  whole,
} from './json-schema.ts'

const eventSchema: Schema = object(
  {
    id: text('`sessionId:seq`'),
    type: text('What happened'),
    timestamp: time("The client's clock"),
    correctedTimestamp: time("The same by the collector's clock, as far as the two are known to differ"),
    data: anything('The payload, as it was sent'),
    sessionId: text('The session'),
    seq: count('The number of the push within the session, from 1'),
    version: count('Version of the event definitions'),
    receivedAt: time("The collector's clock"),
    envelope: anything('What a plain event carried besides'),
    context: { type: 'object', description: 'What it happened in, as its sender said' },
  },
  ['version', 'envelope', 'context'],
)

const rejectionSchema: Schema = object({
  sessionId: text('The session'),
  seq: count('The number of the push'),
  code: text('Why it was rejected, for programs'),
  message: text('Why it was rejected'),
  raw: text('What came, as text'),
  receivedAt: time("The collector's clock"),
})

export const eventAnswers: Readonly<Record<'events' | 'rejected' | 'query', Schema>> = {
  events: object({ events: list(eventSchema), next: cursor('integer') }),
  rejected: object({ events: list(rejectionSchema), next: cursor('integer') }),
  query: object(
    {
      columns: list(object({ name: text('Not necessarily unique'), type: text("The database's name for it") })),
      rows: list(list(anything('What a double holds exactly is a number, timestamps are ISO 8601 in UTC'))),
      truncated: flag('There was more than a result may hold, or `error` kept it back'),
      error: { ...failure, description: 'Why the answer ends here: it was under way when the query failed' },
    },
    ['error'],
  ),
}

export const eventInputs: Readonly<Record<'events' | 'rejected' | 'sql' | 'dump', InputSchema>> = {
  events: input(
    {
      session: name('Only of this session'),
      type: name('Only of this type'),
      after: whole('With `session`: only above this sequence, in order. Otherwise the newest come first.'),
      before: whole("A page's `next`"),
      limit,
    },
    ['session', 'type', 'after', 'before', 'limit'],
    { after: ['session'] },
  ),
  rejected: input(
    {
      session: name('Only of this session'),
      code: name('Only with this code'),
      before: whole("A page's `next`"),
      limit,
    },
    ['session', 'code', 'before', 'limit'],
  ),
  // How long it may be is an option, and the sandbox's to judge.
  sql: input(
    {
      sql: {
        type: 'string',
        title: 'one SELECT',
        minLength: 1,
        description: 'One SELECT, no longer than `query.maxSqlLength`',
      },
      sessions: {
        type: 'string',
        enum: ['all', 'players'],
        default: 'all',
        description: '`players`: without what `downlink verify` has sent, as questions are asked',
      },
    },
    ['sessions'],
  ),
  dump: input(
    {
      format: { type: 'string', enum: ['parquet', 'csv', 'ndjson'], description: 'Of the file' },
      table: {
        type: 'string',
        enum: ['events', 'sessions', 'rejected', 'labels'],
        default: 'events',
        description: 'What to dump',
      },
      type: name('Only events of this type, in Parquet and CSV with the columns of its view'),
      session: name('Only of this session'),
      since: whole(
        'Only what was received at this time or later, in ms since 1970; sessions and their labels: that were heard of then',
      ),
      until: whole('Only what was received before this time'),
      where: {
        type: 'string',
        title: 'a condition in SQL of 1 to 10000 characters',
        minLength: 1,
        maxLength: 10_000,
        description:
          'A condition in SQL over the columns of the table and of `sessions`; for labels over those of `sessions`',
      },
      withSession: { type: 'string', enum: ['true'], description: 'With columns that describe the session' },
    },
    ['table', 'type', 'session', 'since', 'until', 'where', 'withSession'],
  ),
}
