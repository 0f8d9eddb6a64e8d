/** Declares what the routes about sessions take and answer: the list, their labels, ledgers and timelines. */
import { sessionSortNames } from '../query/session-search.ts'
import { sessionStateNames } from '../query/session-states.ts'
import type { InputSchema, TextField } from './check-input.ts'
import {
  count,
  counts,
  cursor,
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

const labelsSchema: Schema = { type: 'object', additionalProperties: { type: 'string' } }

const earlierLabels: Schema = {
  ...list(
    object(
      {
        from: count('The first event that had them'),
        until: count('The first event that had others'),
        labels: labelsSchema,
      },
      ['labels'],
    ),
  ),
  description: 'Labels that it had before, the oldest first',
}

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
  labels: labelsSchema,
}

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

/** Small numbers make short answers. */
const differences = (description: string): Schema => ({
  ...list({ type: 'integer' }),
  description: `${description}: the first value, then each one's difference to the one before`,
})

export const sessionAnswers: Readonly<Record<'sessions' | 'labels' | 'ledger' | 'timeline', Schema>> = {
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
        sessions: count('How many have it, or had it: one for each value that a session had'),
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
  ledger: object({ ...ledgerProperties, earlierLabels }, ['build', 'labels', 'earlierLabels']),
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
}

/** A build, a label's name or its value. All of a session's fit into 4 KiB. */
const metaText = (description: string): TextField => ({
  type: 'string',
  title: 'text of 0 to 4096 characters without NUL',
  maxLength: 4096,
  pattern: '^[^\\0]*$',
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

export const sessionInputs: Readonly<Record<'session' | 'sessions' | 'timeline', InputSchema>> = {
  session: input({ id: name('The session') }),
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
  timeline: input(
    {
      after: { ...whole('Only above this sequence'), default: 0 },
      limit: { type: 'integer', minimum: 1, maximum: 20_000, default: 20_000, description: 'Events of a page' },
    },
    ['after', 'limit'],
  ),
}
