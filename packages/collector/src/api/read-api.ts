/** Serves metrics, API and page as one Fastify plugin, behind one check of who may read. */
import type { IncomingMessage } from 'node:http'
import type { EventSchemas } from '@downlink/protocol'
import fastifySwagger from '@fastify/swagger'
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { Proxies } from '../access/proxies.ts'
import { permits } from '../access/scopes.ts'
import type { Backups } from '../backup/backups.ts'
import type { LifeRequests } from '../life/data-life.ts'
import type { LiveStream } from '../live/live-stream.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { SqlDialect } from '../query/sql-dialect.ts'
import type { QuestionLibrary } from '../questions/question-library.ts'
import type { SourceMaps } from '../source-maps/source-maps.ts'
import { asOfHeader } from '../store-process/messages.ts'
import type { ReadClient } from '../store-process/read-client.ts'
import type { ApiAccess } from './api-access.ts'
import { sendError, sendLimited } from './api-errors.ts'
import { backupRoute } from './backup-route.ts'
import { useApiRules } from './check-input.ts'
import { type DataRoute, dataApi, goneSignal, rowsHeader } from './data-api.ts'
import { eventTypeRoute } from './event-type-route.ts'
import type { Health } from './health-report.ts'
import { healthAnswer } from './health-schema.ts'
import { errorAnswer, input, noInput } from './json-schema.ts'
import { type KeptAnswers, maxAgeOf } from './kept-answers.ts'
import { lifeRoutes } from './life-routes.ts'
import { liveRoute } from './live-route.ts'
import { openApiFor } from './open-api.ts'
import { apiHeaders, pageRoutes } from './pages.ts'
import { questionRoutes } from './question-routes.ts'
import type { ReadOriginPolicy } from './read-origin-policy.ts'
import { requireScope } from './require-scope.ts'
import { sourceMapRoute } from './source-map-route.ts'

export interface ReadApiOptions {
  readonly reads: ReadClient
  readonly kept: KeptAnswers
  readonly questions: QuestionLibrary
  readonly dialect: SqlDialect
  /** Names of the functions that a query may call. */
  readonly functions: () => Promise<readonly string[]>
  readonly sourceMaps: SourceMaps
  readonly live: LiveStream
  /** Of the defined event types. */
  readonly schemas: EventSchemas
  readonly metrics: Metrics
  readonly health: () => Promise<Health>
  /** Known once the collector runs. */
  readonly life: () => LifeRequests
  readonly backups: () => Backups
  readonly access: ApiAccess
  readonly originPolicy: ReadOriginPolicy
  readonly senderOf: Proxies['senderOf']
  /** In ms since 1970. */
  readonly wallMs: () => number
  /** Of the built page; undefined where none is to be served. */
  readonly pageFolder: string | undefined
}

/** Far beyond what a query may have, so that one which is too long is told so in characters. */
const bodyLimitBytes = 1_048_576

export function createReadApi(options: ReadApiOptions): FastifyPluginAsync {
  const { live, metrics, health, access, originPolicy, senderOf } = options
  const mayRead = requireScope(access, 'read')

  return async (root) => {
    await root.register(async (app) => {
      app.addHook('onRequest', refuseBy(originPolicy.refusal))
      app.get('/metrics', { onRequest: [refuseBy(originPolicy.dataRefusal), mayRead] }, async (_request, reply) =>
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
    await app.register(fastifySwagger, openApiFor(app.prefix.replace(/api$/, '')))
    app.addHook('onRequest', async (_request, reply) => void reply.headers(apiHeaders))
    app.addHook('onRequest', refuseBy(originPolicy.dataRefusal))
    app.addHook('onRoute', (route) => {
      route.schema = { querystring: noInput, ...route.schema }
    })
    useApiRules(app)
    tokenRoutes(app, access)
    await app.register(async (guarded) => {
      guarded.addHook('onRequest', mayRead)
      await guarded.register(async (data) => forwardReads(data, options))
      questionRoutes(guarded, options)
      liveRoute(guarded, live, access, senderOf)
      lifeRoutes(guarded, options)
      backupRoute(guarded, options.backups, access)
      guarded.get(
        '/health',
        {
          schema: {
            summary: 'How the collector stands: disk, memory, commits, refusals, versions',
            response: { 200: healthAnswer, default: errorAnswer },
          },
        },
        health,
      )
      eventTypeRoute(guarded, options.schemas)
      sourceMapRoute(guarded, options.sourceMaps)
      guarded.get('/openapi.json', { schema: { hide: true } }, async () => app.downlinkOpenApi())
    })
  }
}

const refuseBy =
  (refusal: (request: IncomingMessage) => string | undefined) =>
  async ({ raw }: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const reason = refusal(raw)
    return reason === undefined ? undefined : sendError(reply, 403, 'forbidden', reason)
  }

/** Of an answer of the store process; the others are this side's own. */
const passedNames = [
  'content-type',
  'content-length',
  'content-disposition',
  'retry-after',
  asOfHeader,
  rowsHeader,
] as const

const passedHeaders = ({ headers }: IncomingMessage): Readonly<Record<string, string>> =>
  Object.fromEntries(
    passedNames.flatMap((name) => {
      const value = headers[name]
      return value === undefined ? [] : [[name, String(value)]]
    }),
  )

/** Passes reads on to the store process. Registers on an instance of its own: here bodies stay as they came, and the store process judges what is asked. */
async function forwardReads(
  app: FastifyInstance,
  { reads, kept, wallMs }: Pick<ReadApiOptions, 'reads' | 'kept' | 'wallMs'>,
): Promise<void> {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.setValidatorCompiler(() => () => true)
  for (const route of Object.values(dataApi)) {
    app.route({ ...route, handler: (request, reply) => answerOf(route)(pathBelowApi(route, request), request, reply) })
  }

  function answerOf(route: DataRoute): typeof forward {
    if (route === dataApi.query) return answerQuery
    return route === dataApi.dump || route === dataApi.queryFile ? answerFile : forward
  }

  async function answerQuery(path: string, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const maxAgeMs = maxAgeOf(request.headers['cache-control'])
    if (maxAgeMs === undefined) return forward(path, request, reply)
    const { status, headers, body } = await kept.answer(
      `${path} ${request.body}`,
      maxAgeMs,
      goneSignal(reply),
      async (signal) => {
        const response = await ask(path, request, signal)
        return { status: response.statusCode ?? 502, headers: passedHeaders(response), body: response }
      },
    )
    return reply.code(status).headers(headers).send(body)
  }

  /** Tells until when a file is complete, for whoever keeps it. */
  function answerFile(path: string, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    return forward(path, request, reply.header(asOfHeader, String(wallMs())))
  }

  async function forward(path: string, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const response = await ask(path, request, goneSignal(reply))
    return reply
      .code(response.statusCode ?? 502)
      .headers(passedHeaders(response))
      .send(response)
  }

  function ask(path: string, { raw, body }: FastifyRequest, signal: AbortSignal): Promise<IncomingMessage> {
    const { method = 'GET', headers } = raw
    return reads.send({
      method,
      path,
      contentType: headers['content-type'],
      prefer: headers.prefer?.toString(),
      body: Buffer.isBuffer(body) ? body : undefined,
      signal,
    })
  }
}

/** From the route, for a URL may have a prefix of any form before it, or a scheme and a host. */
function pathBelowApi({ url: path }: DataRoute, { params, url }: FastifyRequest): string {
  const values = params as Readonly<Record<string, string>>
  const query = url.indexOf('?')
  const filled = path.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(values[name] ?? ''))
  return query === -1 ? filled : filled + url.slice(query)
}

/** Where a browser shows a token once, and gets a cookie for it. Nothing here asks for a token. */
function tokenRoutes(app: FastifyInstance, access: ApiAccess): void {
  app.post<{ Body: { token: string } }>(
    '/token',
    {
      schema: {
        summary: 'A cookie for the read token, or the admin token',
        body: input({ token: { type: 'string', minLength: 1, maxLength: 1024, description: 'The read token' } }),
        response: { 204: { type: 'null', description: 'The cookie is set' }, default: errorAnswer },
      },
    },
    async ({ body, raw }, reply) => {
      const decision = await access.verifyToken(body.token, raw)
      if (decision.kind === 'limited') return sendLimited(reply, access.retryAfterSeconds)
      if (decision.kind === 'valid' && permits(decision.scope, 'read')) {
        return reply.header('set-cookie', access.cookieFor(raw, decision.ticket)).code(204).send()
      }
      return sendError(reply, 401, 'unauthorised', 'This is not the read token.')
    },
  )
}
