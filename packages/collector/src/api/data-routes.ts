/** Sessions, ledgers, events and queries, as JSON. */
import type { FastifyInstance } from 'fastify'
import type { EventFilter, EventPages, RejectionFilter } from '../query/event-pages.ts'
import type { Ledgers } from '../query/ledgers.ts'
import type { Sandbox } from '../query/sandbox.ts'
import { sendError } from './api-errors.ts'
import { goneSignal } from './gone-signal.ts'
import { answers, errorAnswer, queries } from './schemas.ts'

export interface DataRoutesOptions {
  readonly ledgers: Ledgers
  readonly pages: EventPages
  readonly sandbox: Sandbox
}

const answer = (schema: object) => ({ 200: schema, default: errorAnswer })

export function dataRoutes(app: FastifyInstance, { ledgers, pages, sandbox }: DataRoutesOptions): void {
  app.get<{ Querystring: { limit: number; before?: string } }>(
    '/sessions',
    {
      schema: {
        summary: 'Sessions with their ledgers, newest first',
        querystring: queries.sessions,
        response: answer(answers.sessions),
      },
    },
    ({ query }) => ledgers.list(query.limit, query.before),
  )

  app.get<{ Params: { id: string } }>(
    '/sessions/:id/ledger',
    {
      schema: {
        summary: 'What became of every event of a session',
        params: queries.session,
        response: answer(answers.ledger),
      },
    },
    async ({ params }, reply) =>
      (await ledgers.get(params.id)) ?? sendError(reply, 404, 'not_found', `There is no session ${params.id}`),
  )

  app.get<{ Querystring: EventFilter }>(
    '/events',
    { schema: { summary: 'Stored events', querystring: queries.events, response: answer(answers.events) } },
    ({ query }) => pages.stored(query),
  )

  app.get<{ Querystring: RejectionFilter }>(
    '/rejected',
    {
      schema: {
        summary: 'Rejected events, newest first, each with its reason',
        querystring: queries.rejected,
        response: answer(answers.rejected),
      },
    },
    ({ query }) => pages.rejected(query),
  )

  // By POST alone: what a page elsewhere can make a browser fetch must start no query.
  app.post<{ Body: { sql: string } }>(
    '/query',
    {
      schema: {
        summary: 'The answer to one SELECT over events, sessions, rejected_events, ledgers and a view a type',
        body: queries.sql,
        response: answer(answers.query),
      },
    },
    ({ body }, reply) => sandbox.query(body.sql, goneSignal(reply)),
  )
}
