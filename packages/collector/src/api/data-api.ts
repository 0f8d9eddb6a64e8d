/** Describes the routes of `/api` that read the database for both processes: the collector passes on, the store process answers. */

import type { FastifyReply } from 'fastify'
import { eventAnswers, eventInputs } from './event-schemas.ts'
import { errorAnswer, noInput } from './json-schema.ts'
import { sessionAnswers, sessionInputs } from './session-schemas.ts'

const answer = (schema: object) => ({ 200: schema, default: errorAnswer })
const file = { description: 'The file', content: { '*/*': { schema: { type: 'string', format: 'binary' } } } }

export interface DataRoute {
  readonly method: 'GET' | 'POST'
  /** Below `/api`. */
  readonly url: string
  readonly exposeHeadRoute?: boolean
  readonly schema: object
}

type DataRouteName =
  | 'sessions'
  | 'labels'
  | 'ledger'
  | 'timeline'
  | 'events'
  | 'rejected'
  | 'query'
  | 'queryFile'
  | 'dump'

export const dataApi: Readonly<Record<DataRouteName, DataRoute>> = {
  sessions: {
    method: 'GET',
    url: '/sessions',
    schema: {
      summary: 'Sessions with their ledgers: those that a filter lets through',
      querystring: sessionInputs.sessions,
      response: answer(sessionAnswers.sessions),
    },
  },
  labels: {
    method: 'GET',
    url: '/labels',
    schema: {
      summary: 'What sessions can be told apart by: labels and builds, and the types of their events',
      querystring: noInput,
      response: answer(sessionAnswers.labels),
    },
  },
  ledger: {
    method: 'GET',
    url: '/sessions/:id/ledger',
    schema: {
      summary: 'What became of every event of a session',
      params: sessionInputs.session,
      querystring: noInput,
      response: answer(sessionAnswers.ledger),
    },
  },
  timeline: {
    method: 'GET',
    url: '/sessions/:id/timeline',
    schema: {
      summary: 'When what happened in a session, without the payloads',
      params: sessionInputs.session,
      querystring: sessionInputs.timeline,
      response: answer(sessionAnswers.timeline),
    },
  },
  events: {
    method: 'GET',
    url: '/events',
    schema: { summary: 'Stored events', querystring: eventInputs.events, response: answer(eventAnswers.events) },
  },
  rejected: {
    method: 'GET',
    url: '/rejected',
    schema: {
      summary: 'Rejected events, newest first, each with its reason',
      querystring: eventInputs.rejected,
      response: answer(eventAnswers.rejected),
    },
  },
  // By POST alone: what a page elsewhere can make a browser fetch must start no query.
  query: {
    method: 'POST',
    url: '/query',
    schema: {
      summary:
        'The answer to one SELECT over events, sessions, rejected_events, label_history, ledgers and a view a type',
      querystring: noInput,
      body: eventInputs.sql,
      response: answer(eventAnswers.query),
    },
  },
  queryFile: {
    method: 'POST',
    url: '/query/parquet',
    schema: {
      summary: 'The whole answer to one SELECT as a Parquet file',
      querystring: noInput,
      body: eventInputs.sql,
      response: { 200: file, default: errorAnswer },
    },
  },
  dump: {
    method: 'GET',
    url: '/dump',
    exposeHeadRoute: false,
    schema: {
      summary: 'Events, sessions, rejected events or the labels of sessions as a file',
      querystring: eventInputs.dump,
      response: { 200: file, default: errorAnswer },
    },
  },
}

/** Of a file. */
export const rowsHeader = 'downlink-rows'

/** Aborts once whoever asked has gone. */
export function goneSignal({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController()
  raw.once('close', () => {
    if (!raw.writableFinished) gone.abort()
  })
  return gone.signal
}
