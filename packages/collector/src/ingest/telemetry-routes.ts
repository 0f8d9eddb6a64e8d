/** Serves `/telemetry` over HTTP: bytes in, JSON out, and CORS for the origins that may send. */
import type { Socket } from 'node:net'
import { telemetryPath } from '@downlink/protocol'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { requestKey } from '../access/keys.ts'
import type { OriginPolicy } from '../access/origin-policy.ts'
import type { Proxies } from '../access/proxies.ts'
import type { CollectorLimits } from '../options.ts'
import type { PendingWork } from './pending-work.ts'
import { type PostIngest, unavailableRetrySeconds } from './post.ts'
import { createAddressRateLimiter } from './rate-limiter.ts'
import { expectedBytes, readBody } from './read-body.ts'
import type { RefusalReason, Refusals } from './refusals.ts'

export interface TelemetryRoutesOptions {
  readonly originPolicy: OriginPolicy
  readonly post: PostIngest
  readonly limits: CollectorLimits
  readonly proxies: Proxies
  readonly pending: PendingWork
  readonly refusals: Refusals
  readonly monotonicMs: () => number
}

/** Registers on an instance of its own, for its body parser is not the host's. */
export function telemetryRoutes(app: FastifyInstance, options: TelemetryRoutesOptions): void {
  const { originPolicy, post, limits, proxies, pending, refusals, monotonicMs } = options
  const postRateLimiter = createAddressRateLimiter(limits.maxPostsPerSecond, monotonicMs)

  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))

  // Neither the URL, which may hold a key, nor the body is logged or repeated.
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const status = error.statusCode ?? 500
    if (status >= 500) request.log.error({ reason: error.message }, 'A telemetry request failed')
    return sendError(reply, status, status >= 500 ? 'internal' : 'bad_request', 'The request could not be taken')
  })

  app.addHook('onRequest', async (request, reply) => {
    const { origin } = request.headers
    // It says nothing of a body, and one that is none would be refused.
    delete request.raw.headers['content-type']
    reply.header('vary', 'origin')
    if (origin !== undefined && originPolicy.allowsOrigin(origin, request.raw)) {
      reply.header('access-control-allow-origin', origin)
    }
    const refusal = originPolicy.refusal(request.raw)
    if (refusal) return refuse(reply, 403, 'forbidden', refusal)
  })

  // Who wrote the address by hand may have ended it with a slash. A host's router may take the two for one.
  const { routerOptions, ignoreTrailingSlash } = app.initialConfig
  const areOne = ignoreTrailingSlash || routerOptions?.ignoreTrailingSlash
  for (const path of areOne ? [telemetryPath] : [telemetryPath, `${telemetryPath}/`]) {
    otherMethods(app, path)
    app.post(path, async (request: FastifyRequest, reply: FastifyReply) => {
      const address = proxies.senderOf(request.raw)
      const waitSeconds = postRateLimiter.take(address, 1)
      if (waitSeconds > 0) {
        reply.header('retry-after', String(waitSeconds))
        return refuse(reply, 429, 'too_fast', `Expected at most ${limits.maxPostsPerSecond} requests a second`)
      }
      const release = pending.holdFor(address)(expectedBytes(request.raw, limits.maxFrameBytes))
      if (!release) {
        reply.header('retry-after', String(unavailableRetrySeconds))
        return refuse(reply, 503, 'unavailable', 'Too many bodies are on their way; come back later')
      }
      const body = await readBody(request.raw, limits.maxFrameBytes).finally(release)
      if (body.kind === 'aborted') return reply.hijack()
      if (body.kind === 'too_large') {
        if (!body.read) {
          reply.header('connection', 'close')
          lingerOnClose(request.raw.socket)
        }
        return refuse(reply, 413, 'too_large', `Expected at most ${limits.maxFrameBytes} bytes`)
      }
      if (body.kind === 'bad_encoding') return refuse(reply, 400, 'bad_encoding', body.message)
      const outcome = await post(body.text, requestKey(request.headers, request.url), address)
      if (outcome.status === 200) return reply.send(outcome.body)
      const { status, retryAfterSeconds, body: answer } = outcome
      if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds))
      refusals.add(answer.error.code, answer.error.message, request.headers.origin)
      return reply.code(status).send(answer)
    })
  }

  function refuse(reply: FastifyReply, status: number, code: RefusalReason, message: string): FastifyReply {
    refusals.add(code, message, reply.request.headers.origin)
    return sendError(reply, status, code, message)
  }
}

/** How long a connection that is closed is still read, so that its sender comes to read the answer. */
const lingerMs = 2000

/**
 * Closes our side alone at first. Node destroys a connection as soon as its last answer is written; whatever its sender has
 * sent since then resets it, and takes the answer with it, unread (RFC 9112, 9.6: https://www.rfc-editor.org/rfc/rfc9112#section-9.6).
 */
function lingerOnClose(socket: Socket): void {
  socket.destroySoon = () => {
    socket.end()
    const timer = setTimeout(() => socket.destroy(), lingerMs)
    socket.once('close', () => clearTimeout(timer))
  }
}

/** Answers what asks before a POST, and what is none. */
function otherMethods(app: FastifyInstance, path: string): void {
  app.options(path, async (_request, reply) => {
    reply.header('access-control-allow-methods', 'POST')
    reply.header('access-control-allow-headers', 'authorization, content-encoding, content-type')
    reply.header('access-control-max-age', '600')
    return reply.code(204).send()
  })

  // What a browser asks for when somebody opens the address to see whether it works.
  app.route({
    method: ['GET', 'PUT', 'PATCH', 'DELETE'],
    url: path,
    async handler(_request, reply) {
      reply.header('allow', 'POST, OPTIONS')
      return sendError(
        reply,
        405,
        'bad_request',
        'Events come by WebSocket, as `downlink.v1` or plain JSON, or by POST.',
      )
    },
  })
}

const sendError = (reply: FastifyReply, status: number, code: string, message: string): FastifyReply =>
  reply.code(status).send({ error: { code, message } })
