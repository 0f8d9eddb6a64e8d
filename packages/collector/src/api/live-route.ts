/** `/api/live`: the live stream over HTTP, as server-sent events. */
import type { FastifyInstance } from 'fastify'
import type { LiveStream } from '../live/live-stream.ts'
import { sendError } from './api-errors.ts'
import { errorAnswer } from './schemas.ts'

const stream = {
  description:
    '`counters` twice a second, `tail` as events are stored (with `lost`, the entries left out), comments between',
  content: { 'text/event-stream': { schema: { type: 'string' } } },
}

export function liveRoute(app: FastifyInstance, live: LiveStream): void {
  app.get(
    '/live',
    {
      exposeHeadRoute: false,
      schema: { summary: 'What happens now', response: { 200: stream, default: errorAnswer } },
    },
    (_request, reply) => {
      const { raw } = reply
      const begin = () => {
        raw.writeHead(200, { ...headersOf(reply.getHeaders()), 'content-type': 'text/event-stream; charset=utf-8' })
      }
      const leave = live.join({
        write(text) {
          if (!raw.headersSent) begin()
          raw.write(text)
        },
        get bufferedBytes() {
          return raw.writableLength
        },
        end: () => raw.end(),
      })
      if (!leave) return sendError(reply, 503, 'query_busy', 'Too many listen already.')
      reply.hijack()
      raw.once('close', leave)
      if (raw.destroyed) leave()
    },
  )
}

const headersOf = (headers: Readonly<Record<string, number | string | string[] | undefined>>) =>
  Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
