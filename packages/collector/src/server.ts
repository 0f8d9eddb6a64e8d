/** The HTTP server: ingest, health, and what the read side adds. */
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { telemetryPath } from '@downlink/protocol'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import type { TelemetryRoutesOptions } from './ingest/telemetry-routes.ts'
import { telemetryRoutes } from './ingest/telemetry-routes.ts'
import type { WebSocketIngest } from './ingest/websocket.ts'

export interface RoutesOptions extends TelemetryRoutesOptions {
  /** False while the store can't commit, or the collector is closing. */
  readonly ready: () => boolean
}

export function createServer(logger: FastifyBaseLogger, trustProxy: boolean): FastifyInstance {
  return Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy,
    forceCloseConnections: 'idle',
    // Slow headers and slow bodies hold a connection for so long at most.
    requestTimeout: 30_000,
    http: { headersTimeout: 10_000, connectionsCheckingInterval: 2000 },
  })
}

/** All routes of a collector, for its own server or somebody else's Fastify. */
export async function routes(app: FastifyInstance, options: RoutesOptions): Promise<void> {
  app.get('/healthz', async () => ({ status: 'ok' }))
  app.get('/readyz', async (_request, reply) =>
    options.ready() ? { status: 'ok' } : reply.code(503).send({ status: 'unavailable' }),
  )
  await app.register(async (telemetry) => telemetryRoutes(telemetry, options))
}

const notFound = 'HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'

/** Takes the upgrades to `/telemetry`, and leaves all others to whoever else listens. */
export function takeUpgrades(server: Server, ingest: WebSocketIngest): () => void {
  function onUpgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    const path = (request.url ?? '').split('?', 1)[0]
    if (path === telemetryPath) ingest.upgrade(request, stream, head)
    // With nobody else to answer, the other side would wait for ever.
    else if (server.listenerCount('upgrade') === 1) stream.end(notFound)
  }
  server.on('upgrade', onUpgrade)
  return () => void server.off('upgrade', onUpgrade)
}
