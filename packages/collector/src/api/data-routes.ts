/** Answers the routes that read the database. */
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { PassThrough } from 'node:stream'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { DataSource } from '../data-source.ts'
import type { DumpedFile } from '../dump/dump-files.ts'
import { type DumpRequest, dumpRequestFault } from '../dump/dump-request.ts'
import { CollectorError } from '../errors.ts'
import type { EventFilter, RejectionFilter } from '../query/event-pages.ts'
import { brokenEnd } from '../query/result-text.ts'
import type { SessionScope, WriteAnswer } from '../query/sandbox.ts'
import type { SessionFilter } from '../query/session-search.ts'
import type { TimelineFilter } from '../query/timelines.ts'
import { type ApiErrorCode, sendError } from './api-errors.ts'
import { dataApi, goneSignal, rowsHeader } from './data-api.ts'

export function dataRoutes(app: FastifyInstance, source: DataSource): void {
  const { search, labels, ledgers, pages, timelines, sandbox, dumps } = source
  app.route<{ Querystring: SessionFilter }>({ ...dataApi.sessions, handler: ({ query }) => search.find(query) })
  app.route({ ...dataApi.labels, handler: () => labels.read() })
  app.route<{ Params: { id: string } }>({
    ...dataApi.ledger,
    handler: async ({ params }, reply) => (await ledgers.get(params.id)) ?? answerNoSession(reply, params.id),
  })
  app.route<{ Params: { id: string }; Querystring: TimelineFilter }>({
    ...dataApi.timeline,
    async handler({ params, query }, reply) {
      const page = await timelines.read(params.id, query)
      // Sessions outlive their events.
      const isKnown = page.seq.length > 0 || (await ledgers.get(params.id)) !== undefined
      return isKnown ? page : answerNoSession(reply, params.id)
    },
  })
  app.route<{ Querystring: EventFilter }>({ ...dataApi.events, handler: ({ query }) => pages.stored(query) })
  app.route<{ Querystring: RejectionFilter }>({ ...dataApi.rejected, handler: ({ query }) => pages.rejected(query) })
  app.route<{ Body: Asked }>({
    ...dataApi.query,
    handler: ({ body: { sql, sessions } }, reply) =>
      streamAnswer(reply, (write) => sandbox.answer(sql, write, { sessions, signal: goneSignal(reply) })),
  })
  // The collector's alone: it asks before it saves a question.
  app.post<{ Body: { sql: string } }>('/validate', async ({ body }) => {
    await sandbox.validate(body.sql)
    return {}
  })
  dumpRoutes(app, dumps)
}

interface Asked {
  readonly sql: string
  readonly sessions: SessionScope
}

const answerNoSession = (reply: FastifyReply, id: string): FastifyReply =>
  sendError(reply, 404, 'not_found', `There is no session ${id}`)

/** As long as nothing is sent a failure has a status of its own; afterwards the answer ends with it. */
async function streamAnswer(reply: FastifyReply, answer: (write: WriteAnswer) => Promise<void>): Promise<FastifyReply> {
  const stream = new PassThrough()
  let begun = false
  const write: WriteAnswer = async (text, isLast, stopped) => {
    if (!begun) reply.type('application/json; charset=utf-8').send(stream)
    begun = true
    if (isLast) stream.end(text)
    else if (!stream.write(text)) await once(stream, 'drain', { signal: stopped })
  }
  try {
    await answer(write)
  } catch (error) {
    // All of it is on its way: whatever stops the read now is no failure of the answer.
    if (stream.writableEnded) return reply
    if (!begun || !(error instanceof CollectorError)) throw error
    stream.end(brokenEnd(error))
  }
  return reply
}

/** Who takes nothing of a file for so long, or twice that (Node looks again before it believes it), has gone: the file holds room. */
const stalledMs = 30_000

function dumpRoutes(app: FastifyInstance, dumps: DataSource['dumps']): void {
  app.route<{ Querystring: DumpRequest }>({
    ...dataApi.dump,
    async handler({ query }, reply) {
      const fault = dumpRequestFault(query)
      if (fault !== undefined) return sendError(reply, 400, 'bad_request' satisfies ApiErrorCode, fault)
      return sendFile(reply, await dumps.write(query, goneSignal(reply)))
    },
  })
  app.route<{ Body: Asked }>({
    ...dataApi.queryFile,
    handler: async ({ body: { sql, sessions } }, reply) =>
      sendFile(reply, await dumps.writeAnswer(sql, { sessions, signal: goneSignal(reply) })),
  })
}

/** Streams it, and deletes it, whether it was taken or not. */
function sendFile(reply: FastifyReply, file: DumpedFile): FastifyReply {
  const { path, bytes, rows, mimeType, filename, remove } = file
  const stream = createReadStream(path)
  // Whichever way the download ends, the stream closes; on Windows an open file can't be deleted.
  stream.once('close', () => {
    remove().catch((err: unknown) => reply.log.error({ err, path }, 'A dump was left behind'))
  })
  if (reply.raw.destroyed) stream.destroy()
  reply.raw.setTimeout(stalledMs)
  return reply
    .header('content-type', mimeType)
    .header('content-length', bytes)
    .header('content-disposition', `attachment; filename="${filename}"`)
    .header(rowsHeader, rows)
    .send(stream)
}
