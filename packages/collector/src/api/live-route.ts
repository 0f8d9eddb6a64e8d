/** Serves the live stream at `/api/live`, as server-sent events. */
import type { FastifyInstance } from 'fastify'
import type { Proxies } from '../access/proxies.ts'
import type { LiveStream } from '../live/live-stream.ts'
import type { ApiAccess } from './api-access.ts'
import { sendError } from './api-errors.ts'
import { errorAnswer } from './json-schema.ts'

const stream = {
  description: [
    '`history` once: the last minute by type. `counters` twice a second: what was stored, rejected, dropped and refused,',
    'and why, the rate of the last minute, how long commits took in the last ten seconds, and as in',
    '`/metrics` the `log` (`bytes`, `segments`) and the `store` (`isUp`, `lag` in `bytes`, `events` and `ms`, `restarts`',
    'by reason, `readsRunning`, `readsKilled`). `tail` as events are committed (with `lost`, the entries left out).',
    'On a cluster `log` and `store` are null, and `shared` tells whether the store answers (`isUp`), and how long ago the oldest',
    'event came that is not in it (`lagMs`; null where the log does not tell). Comments between.',
  ].join(' '),
  content: { 'text/event-stream': { schema: { type: 'string' } } },
}

/** nginx passes each message on at once, and nobody on the way compresses them, which takes several together. */
const streamHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
}

export function liveRoute(
  app: FastifyInstance,
  live: LiveStream,
  access: Pick<ApiAccess, 'decide'>,
  senderOf: Proxies['senderOf'],
): void {
  app.get(
    '/live',
    {
      exposeHeadRoute: false,
      schema: { summary: 'What happens now', response: { 200: stream, default: errorAnswer } },
    },
    (request, reply) => {
      const { raw } = reply
      let leave = (): void => {}
      const begin = () => {
        raw.writeHead(200, { ...headersOf(reply.getHeaders()), ...streamHeaders })
      }
      const sink = {
        write(text: string) {
          if (!raw.headersSent) begin()
          raw.write(text)
        },
        heartbeat(text: string) {
          // A token that let in whoever listens may have ended since. Others of the address may have guessed meanwhile.
          void access.decide(request.raw, 'read').then((decision) => {
            if (raw.writableEnded) return
            if (decision !== 'unauthorised' && decision !== 'forbidden') raw.write(text)
            else {
              // Nothing may be written after the end, and who reads slowly is there for a while.
              leave()
              raw.end()
            }
          })
        },
        get bufferedBytes() {
          return raw.writableLength
        },
        end: () => raw.end(),
      }
      const joined = live.join(sink, senderOf(request.raw))
      if (joined.kind !== 'joined') {
        return joined.kind === 'full'
          ? sendError(reply, 503, 'query_busy', 'Too many listen already.')
          : sendError(reply, 429, 'query_busy', 'Too many listen from this address already.')
      }
      leave = joined.leave
      reply.hijack()
      raw.once('close', leave)
      if (raw.destroyed) leave()
    },
  )
}

const headersOf = (headers: Readonly<Record<string, number | string | string[] | undefined>>) =>
  Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
