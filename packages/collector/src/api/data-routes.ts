/** Sessions, ledgers, events and queries, as JSON. */
import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { CollectorError } from '../errors.ts'
import type { EventFilter, EventPages, RejectionFilter } from '../query/event-pages.ts'
import type { Ledgers } from '../query/ledgers.ts'
import { brokenEnd } from '../query/result-text.ts'
import type { Sandbox, WriteAnswer } from '../query/sandbox.ts'
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
    ({ body }, reply) => streamAnswer(reply, (write) => sandbox.answer(body.sql, write, goneSignal(reply))),
  )
}

/** As long as nothing is sent a failure has a status of its own; afterwards the answer ends with it. */
async function streamAnswer(reply: FastifyReply, answer: (write: WriteAnswer) => Promise<void>): Promise<FastifyReply> {
  const stream = new PassThrough()
  let begun = false
  const write: WriteAnswer = async (text, stopped) => {
    if (!begun) reply.type('application/json; charset=utf-8').send(stream)
    begun = true
    if (!stream.write(text)) await once(stream, 'drain', { signal: stopped })
  }
  try {
    await answer(write)
    stream.end()
  } catch (error) {
    if (!begun || !(error instanceof CollectorError)) throw error
    stream.end(brokenEnd(error))
  }
  return reply
}
