/** The read side as one Fastify plugin: metrics, API and page, behind one check of who may read. */
import type { IncomingMessage } from 'node:http'
import fastifySwagger from '@fastify/swagger'
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { LiveStream } from '../live/live-stream.ts'
import type { Metrics } from '../metrics/metrics.ts'
import { createEventPages } from '../query/event-pages.ts'
import type { Exporter } from '../query/export.ts'
import type { Ledgers } from '../query/ledgers.ts'
import type { ReadStore } from '../query/read-store.ts'
import { answerError, answerNotFound, sendError } from './api-errors.ts'
import { dataRoutes } from './data-routes.ts'
import { exportRoute } from './export-route.ts'
import { liveRoute } from './live-route.ts'
import { openApiFor } from './open-api.ts'
import { pageRoutes } from './page.ts'
import { createReadAccess } from './read-access.ts'
import type { ReadAdmission } from './read-admission.ts'
import { apiHeaders } from './security-headers.ts'
import { tokenRoutes } from './token-routes.ts'

export interface ReadApiOptions {
  readonly store: ReadStore
  readonly ledgers: Ledgers
  readonly exporter: Exporter
  readonly live: LiveStream
  readonly metrics: Metrics
  readonly readToken: string | undefined
  readonly refusal: ReadAdmission
  /** Does whoever asks reach the collector over https? */
  readonly isSecure: (request: IncomingMessage) => boolean
  /** Of the built page; undefined where none is to be served. */
  readonly pageFolder: string | undefined
}

/** A query's text, with room for the JSON around it. */
const bodyLimitBytes = 65_536

export function createReadApi(options: ReadApiOptions): FastifyPluginAsync {
  const { store, ledgers, exporter, live, metrics, refusal } = options
  const access = createReadAccess(options.readToken)

  return async (root) => {
    await root.register(async (app) => {
      app.addHook('onRequest', admit)
      app.get('/metrics', { onRequest: authorise }, async (_request, reply) =>
        reply
          .headers(apiHeaders)
          .type(metrics.contentType)
          .send(await metrics.text()),
      )
      await app.register(api, { prefix: '/api', bodyLimit: bodyLimitBytes })
      if (options.pageFolder !== undefined) await pageRoutes(app, options.pageFolder)
    })
  }

  async function api(app: FastifyInstance): Promise<void> {
    const prefix = app.prefix.replace(/api$/, '')
    await app.register(fastifySwagger, openApiFor(prefix))
    app.addHook('onRequest', async (_request, reply) => void reply.headers(apiHeaders))
    app.setErrorHandler(answerError)
    app.setNotFoundHandler(answerNotFound)
    // The schemas of answers are for the document; nothing is cut to fit them.
    app.setSerializerCompiler(() => (answer) => JSON.stringify(answer))
    tokenRoutes(app, { access, path: prefix, isSecure: options.isSecure })
    await app.register(async (guarded) => {
      guarded.addHook('onRequest', authorise)
      dataRoutes(guarded, { ledgers, pages: createEventPages(store.readers), jail: store.jail })
      exportRoute(guarded, exporter)
      liveRoute(guarded, live)
      guarded.get('/openapi.json', { schema: { hide: true } }, async () => app.downlinkOpenApi())
    })
  }

  async function admit(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
    const reason = refusal(request.raw)
    return reason === undefined ? undefined : sendError(reply, 403, 'forbidden', reason)
  }

  async function authorise(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
    if (access.allows(request.headers)) return undefined
    reply.header('www-authenticate', 'Bearer realm="downlink"')
    return sendError(reply, 401, 'unauthorised', 'Expected the read token, as `Authorization: Bearer …`.')
  }
}
