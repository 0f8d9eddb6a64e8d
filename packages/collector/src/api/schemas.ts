/** Declares the API's JSON Schemas, which check what comes and make up the OpenAPI document. */
import { sessionSortNames } from '../query/session-search.ts'
import { sessionStateNames } from '../query/session-states.ts'
import type { InputSchema, TextField, WholeField } from './check-input.ts'

type Schema = Readonly<Record<string, unknown>>

const text = (description: string): Schema => ({ type: 'string', description })
const count = (description: string): Schema => ({ type: 'integer', minimum: 0, description })
const flag = (description: string): Schema => ({ type: 'boolean', description })
const time = (description: string): Schema => ({ type: 'integer', description: `${description}, in ms since 1970` })
const counts = (description: string): Schema => ({
  type: 'object',
  additionalProperties: { type: 'integer' },
  description,
})
const list = (items: Schema): Schema => ({ type: 'array', items })
const anything = (description: string): Schema => ({ description })

/** All properties are there unless they are named optional. */
function object(properties: Readonly<Record<string, Schema>>, optional: readonly string[] = []): Schema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name))
  return { type: 'object', properties, required, additionalProperties: false }
}

/** What may come: all of it is wanted unless it is named optional. */
function input(
  properties: InputSchema['properties'],
  optional: readonly string[] = [],
  dependentRequired: InputSchema['dependentRequired'] = {},
): InputSchema {
  const required = Object.keys(properties).filter((field) => !optional.includes(field))
  return { type: 'object', properties, required, dependentRequired, additionalProperties: false }
}

// Names and sequences travel as SQL text in exports, and a NUL would end it.
const name = (description: string): TextField => ({
  type: 'string',
  title: 'text of 1 to 256 characters without NUL',
  minLength: 1,
  maxLength: 256,
  pattern: '^[^\\0]+$',
  description,
})
/** A build, a label's name or its value. All of a session's fit into 4 KiB. */
const metaText = (description: string): TextField => ({
  type: 'string',
  title: 'text of 0 to 4096 characters without NUL',
  maxLength: 4096,
  pattern: '^[^\\0]*$',
  description,
})
const limit: WholeField = { type: 'integer', minimum: 1, maximum: 1000, default: 100, description: 'Entries of a page' }
const whole = (description: string): WholeField => ({
  type: 'integer',
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  description,
})
/** A number that its sort goes by, and a session. */
const place: TextField = {
  type: 'string',
  title: "a page's `next`",
  maxLength: 256,
  pattern: '^\\d{1,18}\\.[^\\0]+$',
  description: "A page's `next`",
}

const failure = object({
  code: text('What went wrong, for programs'),
  message: text('What went wrong, and what to do'),
})

export const errorAnswer: Schema = object({ error: failure })

const ledgerProperties: Readonly<Record<string, Schema>> = {
  sessionId: text('The session'),
  delivery: { type: 'string', enum: ['acked', 'plain'] },
  pushed: count('Events that the client gave numbers to'),
  stored: count('Of these: stored'),
  expired: count('Of these: were stored, until they were too old'),
  forgotten: count('Of these: were stored, until the session was forgotten'),
  rejected: counts('Of these: rejected by the collector, by code'),
  dropped: counts('Of these: given up by the client, by reason'),
  missing: count('Of these: lost by the store, or outstanding when the session ended or its link went'),
  outstanding: count('Of these: still expected'),
  ended: flag('The client said that nothing follows'),
  open: flag('A socket of the session is up'),
  balanced: flag("Nothing is missing, and the collector's own counts add up"),
  firstSeen: time('When the session was first heard of'),
  lastSeen: time('When it was last heard of'),
  build: text('What the client calls its build'),
  labels: { type: 'object', additionalProperties: { type: 'string' } },
}

const ledgerSchema = object(ledgerProperties, ['build', 'labels'])

const foundSchema = object(
  {
    ...ledgerProperties,
    states: { ...list({ type: 'string', enum: sessionStateNames }), description: 'All that it is in' },
    errors: count('Error events that are stored'),
    lengthMs: count(
      'From the first stored event to the last; where its clock was set meanwhile, as long as it was heard of',
    ),
  },
  ['build', 'labels'],
)

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
  },
  ['version', 'envelope'],
)

const rejectionSchema: Schema = object({
  sessionId: text('The session'),
  seq: count('The number of the push'),
  code: text('Why it was rejected, for programs'),
  message: text('Why it was rejected'),
  raw: text('What came, as text'),
  receivedAt: time("The collector's clock"),
})

const cursor = (type: string): Schema => ({
  type: [type, 'null'],
  description: 'For the next page; null on the last one',
})

/** Small numbers make short answers. */
const differences = (description: string): Schema => ({
  ...list({ type: 'integer' }),
  description: `${description}: the first value, then each one's difference to the one before`,
})

/** Null where it is not known. */
const measured = (description: string): Schema => ({ type: ['number', 'null'], minimum: 0, description })

const healthSchema: Schema = object({
  startedAt: time('When this process started'),
  versions: object({ collector: text('Of this package'), node: text('Of Node'), platform: text('The system') }),
  disk: object({
    logBytes: count('Size of the log'),
    maxLogBytes: count('Beyond it nothing more is taken'),
    databaseBytes: measured('Size of the database, with what is written beside it until the next checkpoint'),
    freeBytes: measured('What is left on the disk of the data folder'),
  }),
  memory: object({
    collectorBytes: count('Of this process'),
    storeBytes: measured("Of the database's process"),
  }),
  commits: object({
    medianMs: measured('How long half of the writes to the log took in the last ten seconds, at most'),
    p99Ms: measured('How long all but one in a hundred took'),
    failed: count('Writes to the log that failed'),
  }),
  refusals: list(
    object({
      origin: { type: ['string', 'null'], description: 'Null where the sender is no browser' },
      reason: text('As the answer spells it'),
      refusals: count('Of this origin, for this reason'),
    }),
  ),
  retention: object({
    keepMs: measured('After which events are deleted'),
    maxBytes: measured('That database and log may take together, before the oldest events are deleted'),
    lastRunAt: { type: ['integer', 'null'], description: 'When that last ran to its end, in ms since 1970' },
    failures: count('How often it failed'),
  }),
  reports: counts('What the sink has found, by code'),
})

const questionSchema: Schema = object({
  name: text('Its name in addresses'),
  origin: { type: 'string', enum: ['built-in', 'folder', 'saved'], description: 'Where its file lies' },
  title: text('What is asked'),
  answers: text('What the answer says'),
  chart: { type: 'object', description: 'How the answer is drawn: `kind`, and which columns are its axes' },
  parameters: list({ type: 'object', description: 'What may be picked: `name`, `kind`, `title` and its bounds' }),
  labels: list(object({ name: text('A label that must be there'), how: text('How a game sets it') })),
  sql: list(anything('Text, or `{ parameter }` where its value stands')),
})

type AnswerName =
  | ('sessions' | 'labels' | 'ledger' | 'timeline' | 'events' | 'rejected' | 'query')
  | ('question' | 'questions' | 'functions' | 'health' | 'eventType')

export const answers: Readonly<Record<AnswerName, Schema>> = {
  question: questionSchema,
  functions: object({ functions: list(text('Its name')) }),
  questions: object({
    questions: list(questionSchema),
    problems: list(object({ file: text('Its name'), line: count('From 1'), message: text('What is wrong') })),
    writable: flag('Questions can be saved'),
  }),
  sessions: object({
    sessions: list(foundSchema),
    total: count('Of all pages'),
    missing: count('Events that the sessions of all pages lost'),
    next: cursor('string'),
  }),
  labels: object({
    labels: list(
      object({
        name: text("A label's name; those that most sessions have come first"),
        sessions: count('How many have it'),
        distinct: count('How many values it has'),
        values: list(object({ value: text('Those that most sessions have come first'), sessions: count('How many') })),
      }),
    ),
    builds: list(
      object({
        build: text('Those that were heard of last come first'),
        sessions: count('How many'),
        lastSeen: time('When a session of it was last heard of'),
      }),
    ),
    types: list(object({ type: text('Those of most events come first'), events: count('How many are stored') })),
  }),
  eventType: object({
    types: list(text('A type that is defined; none are where all are taken')),
    schema: {
      type: ['object', 'null'],
      additionalProperties: true,
      description: 'What its payload has to be, as JSON Schema; null where nothing says it',
    },
  }),
  ledger: ledgerSchema,
  timeline: object({
    types: list(text("An event's type")),
    errorTypes: list(count('Where in `types` a type stands that tells of an error')),
    type: list(count('Where in `types` the type of each event stands')),
    seq: differences('The number of each push'),
    correctedTimestamp: differences("When by the collector's clock, as far as the two are known to differ"),
    timestamp: differences("When by the client's clock"),
    receivedAt: differences('When it came'),
    next: cursor('integer'),
  }),
  events: object({ events: list(eventSchema), next: cursor('integer') }),
  health: healthSchema,
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

type QueryName =
  | ('none' | 'sessions' | 'timeline' | 'events' | 'rejected' | 'sql' | 'dump' | 'session' | 'token')
  | ('question' | 'questionText' | 'eventType' | 'prune')

export const queries: Readonly<Record<QueryName, InputSchema>> = {
  none: input({}),
  eventType: input({ type: name('Of the events') }),
  prune: input(
    {
      olderThanMs: whole("How long ago it came, by the collector's clock"),
      compact: {
        type: 'string',
        enum: ['true', 'false'],
        default: 'false',
        description: "Then rewrites the database, so that the space of what was deleted is the disk's again",
      },
      dryRun: {
        type: 'string',
        enum: ['true', 'false'],
        default: 'false',
        description: 'Only counts what would be deleted',
      },
    },
    ['olderThanMs', 'compact', 'dryRun'],
  ),
  sessions: input(
    {
      build: metaText('Only of this build'),
      label: metaText('Only with a label of this name'),
      value: metaText('With `label`: only where it has this value'),
      player: metaText('Only where the label `player` has this value'),
      text: name('Only with this text in the id, the build or the value of a label, case aside'),
      state: { type: 'string', enum: sessionStateNames, description: 'Only in this state' },
      error: { type: 'string', enum: ['true', 'false'], description: 'Only with an error event, or without one' },
      minLengthMs: whole('Only if `lengthMs` is this or more'),
      maxLengthMs: whole('Only if `lengthMs` is this or less'),
      sort: { type: 'string', enum: sessionSortNames, default: 'newest', description: 'Whatever is most comes first' },
      limit,
      before: place,
    },
    [
      'build',
      'label',
      'value',
      'player',
      'text',
      'state',
      'error',
      'minLengthMs',
      'maxLengthMs',
      'sort',
      'limit',
      'before',
    ],
    { value: ['label'] },
  ),
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
  timeline: input(
    {
      after: { ...whole('Only above this sequence'), default: 0 },
      limit: { type: 'integer', minimum: 1, maximum: 20_000, default: 20_000, description: 'Events of a page' },
    },
    ['after', 'limit'],
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
  sql: input({
    sql: {
      type: 'string',
      title: 'one SELECT',
      minLength: 1,
      description: 'One SELECT, no longer than `query.maxSqlLength`',
    },
  }),
  dump: input(
    {
      format: { type: 'string', enum: ['parquet', 'csv', 'ndjson'], description: 'Of the file' },
      table: {
        type: 'string',
        enum: ['events', 'sessions', 'rejected'],
        default: 'events',
        description: 'What to dump',
      },
      type: name('Only events of this type, in Parquet and CSV with the columns of its view'),
      session: name('Only of this session'),
      since: whole('Only what was received at this time or later, in ms since 1970; sessions: that were heard of then'),
      until: whole('Only what was received before this time'),
      where: {
        type: 'string',
        minLength: 1,
        maxLength: 10_000,
        description: 'A condition in SQL over the columns of the table and of `sessions`',
      },
      withSession: { type: 'string', enum: ['true'], description: 'With columns that describe the session' },
    },
    ['table', 'type', 'session', 'since', 'until', 'where', 'withSession'],
  ),
  session: input({ id: name('The session') }),
  question: input({ name: name('The question') }),
  questionText: input({ text: { type: 'string', minLength: 1, maxLength: 60_000, description: 'Its file' } }),
  token: input({ token: { type: 'string', minLength: 1, maxLength: 1024, description: 'The read token' } }),
}
