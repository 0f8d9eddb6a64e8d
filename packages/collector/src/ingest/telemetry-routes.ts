/** The HTTP face of `/telemetry`: bytes in, JSON out, and CORS for the origins that may send. */
import { telemetryPath } from '@downlink/protocol'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Proxies } from '../access/proxies.ts'
import type { CollectorLimits } from '../options.ts'
import { type Admission, requestKey } from './admission.ts'
import type { PostIngest } from './post.ts'
import { createBuckets } from './rate-limit.ts'
import { readBody } from './read-body.ts'

export interface TelemetryRoutesOptions {
  readonly admission: Admission
  readonly post: PostIngest
  readonly limits: CollectorLimits
  readonly proxies: Proxies
  readonly now: () => number
}

const unavailableRetrySeconds = 2

/** Registers on an instance of its own, for its body parser is not the host's. */
export function telemetryRoutes(app: FastifyInstance, options: TelemetryRoutesOptions): void {
  const { admission, post, limits, proxies, now } = options
  const rates = createBuckets(limits.maxPostsPerSecond, now)

  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))

  // Neither the URL, which may hold a key, nor the body is logged or repeated.
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const status = error.statusCode ?? 500
    if (status >= 500) request.log.error({ reason: error.message }, 'A telemetry request failed')
    return refuse(reply, status, status >= 500 ? 'internal' : 'bad_request', 'The request could not be taken')
  })

  app.addHook('onRequest', async (request, reply) => {
    const { origin } = request.headers
    reply.header('vary', 'origin')
    if (origin !== undefined && admission.allowsOrigin(origin, request.raw)) {
      reply.header('access-control-allow-origin', origin)
    }
    const refusal = admission.refusal(request.raw)
    if (refusal) return refuse(reply, 403, 'forbidden', refusal)
  })

  app.options(telemetryPath, async (_request, reply) => {
    reply.header('access-control-allow-methods', 'POST')
    reply.header('access-control-allow-headers', 'authorization, content-encoding, content-type')
    reply.header('access-control-max-age', '600')
    return reply.code(204).send()
  })

  // What a browser asks for when somebody opens the address to see whether it works.
  app.route({
    method: ['GET', 'PUT', 'PATCH', 'DELETE'],
    url: telemetryPath,
    async handler(_request, reply) {
      reply.header('allow', 'POST, OPTIONS')
      return refuse(reply, 405, 'bad_request', 'Events come by WebSocket, as `downlink.v1` or plain JSON, or by POST.')
    },
  })

  app.post(telemetryPath, async (request: FastifyRequest, reply: FastifyReply) => {
    if (rates.take(proxies.senderOf(request.raw), 1) < 0) {
      reply.header('retry-after', '1')
      return refuse(reply, 429, 'too_fast', `Expected at most ${limits.maxPostsPerSecond} requests a second`)
    }
    const body = await readBody(request.raw, limits.maxFrameBytes)
    if (body.kind === 'aborted') return reply.hijack()
    if (body.kind === 'too_large') {
      if (!body.read) reply.header('connection', 'close')
      return refuse(reply, 413, 'too_large', `Expected at most ${limits.maxFrameBytes} bytes`)
    }
    if (body.kind === 'bad_encoding') return refuse(reply, 400, 'bad_encoding', body.message)
    const outcome = await post(body.text, requestKey(request.headers, request.url))
    if (outcome.status === 503) reply.header('retry-after', String(unavailableRetrySeconds))
    return reply.code(outcome.status).send(outcome.body)
  })
}

const refuse = (reply: FastifyReply, status: number, code: string, message: string): FastifyReply =>
  reply.code(status).send({ error: { code, message } })
