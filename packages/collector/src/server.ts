/** Makes the HTTP server, and mounts a pipeline in it or in somebody else's. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { telemetryPath } from '@downlink/protocol'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import { answerError, answerNotFound } from './api/api-errors.ts'
import { CollectorError } from './errors.ts'
import { telemetryRoutes } from './ingest/telemetry-routes.ts'
import type { Pipeline } from './pipeline.ts'
import { probeRoutes } from './probes.ts'
import type { CollectorSettings } from './settings.ts'

/** Closing takes this long at most, whoever is still sending. */
const closeTimeoutMs = 3000

/** A server of the collector's own. A host's answers to what is not ours stay the host's. */
export function createServer(logger: FastifyBaseLogger, { limits }: CollectorSettings): FastifyInstance {
  const { headersTimeoutMs, requestTimeoutMs } = limits
  const app = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: 'idle',
    frameworkErrors: answerError,
    // What is waited for has bounds of its own, and a machine that stands still is no mistake.
    pluginTimeout: 0,
    requestTimeout: requestTimeoutMs,
    http: { headersTimeout: headersTimeoutMs, connectionsCheckingInterval: Math.ceil(headersTimeoutMs / 4) },
  })
  app.setErrorHandler(answerError)
  app.setNotFoundHandler(answerNotFound)
  app.addHook('preClose', async () => {
    setTimeout(() => app.server.closeAllConnections(), closeTimeoutMs).unref()
  })
  return app
}

/** Adds a pipeline's routes and sockets to an instance, and ends it with the instance. */
export async function mount(app: FastifyInstance, pipeline: Pipeline): Promise<void> {
  probeRoutes(app, pipeline.readiness)
  await app.register(async (telemetry) => telemetryRoutes(telemetry, pipeline.routes))
  await app.register(pipeline.readSide.api)
  app.addHook('preClose', pipeline.drain)
  app.addHook('onClose', pipeline.close)
}

/** Takes the upgrades to `<prefix>/telemetry`, with or without a slash at its end, and leaves all others to whoever else listens. */
export function takeUpgrades(server: Server, prefix: string, { sockets }: Pipeline): () => void {
  function onUpgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    if (pathOf(request).replace(/\/$/, '') === prefix + telemetryPath) sockets.upgrade(request, stream, head)
    // With nobody else to answer, the other side would wait for ever.
    else if (server.listenerCount('upgrade') === 1) stream.end(notFound)
  }
  server.on('upgrade', onUpgrade)
  return () => void server.off('upgrade', onUpgrade)
}

/** What a collector answers in a server that is not its own. */
const ownPaths = /^\/(telemetry\/?|client\.js|healthz|readyz|metrics|api(\/.*)?)$/

/** Below a prefix everything is the collector's, its page too. */
const isOwn = (path: string, prefix: string): boolean =>
  prefix === '' ? ownPaths.test(path) : path === prefix || path.startsWith(`${prefix}/`)

/** Takes the requests to a collector's own paths, and leaves all others to the listeners that were there. */
export function takeRequests(server: Server, prefix: string, app: FastifyInstance): () => void {
  const others = server.listeners('request') as ((request: IncomingMessage, response: ServerResponse) => void)[]
  function onRequest(request: IncomingMessage, response: ServerResponse): void {
    if (others.length === 0 || isOwn(pathOf(request), prefix)) app.routing(request, response)
    else for (const other of others) other.call(server, request, response)
  }
  server.removeAllListeners('request')
  server.on('request', onRequest)
  return () => {
    server.off('request', onRequest)
    for (const other of others) server.on('request', other)
  }
}

const pathOf = ({ url = '' }: IncomingMessage): string => url.split('?', 1)[0] ?? ''

const notFound = 'HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'something listens there already',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'there is no such host',
  EACCES: 'it is not permitted',
  BLOCKED_PORT: 'no browser connects to this port',
}

/** The error keeps the system's as its `cause`, whose `code` tells the cases apart. */
export function cannotListen(host: string, port: number, cause: unknown): CollectorError {
  const { code = '', message = String(cause) } = cause as Partial<NodeJS.ErrnoException>
  const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`
  return new CollectorError('cannot_listen', `Can't listen on ${authority}: ${reasons[code] ?? message}`, { cause })
}
