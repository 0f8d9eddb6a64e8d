/** Serves reads over the local socket. Who may ask is the collector's to judge; that all is there which was acknowledged, ours. */
import { AsyncLocalStorage } from 'node:async_hooks'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import type { DataSource } from '../data-source.ts'
import type { Sink } from '../sink/sink.ts'
import type { CollectorState } from '../store-process/collector-state.ts'
import { asOfHeader, preferredWaitMs, readHeaders } from '../store-process/messages.ts'
import { answerError } from './api-errors.ts'
import { useApiRules } from './check-input.ts'
import { dataRoutes } from './data-routes.ts'

export interface ReadServerOptions extends DataSource {
  readonly logger: FastifyBaseLogger
  /**
   * Waits until all is stored that the collector had told with an update, or so long. @returns the time up to which all is
   * stored, in ms since 1970; undefined where nothing is missing
   */
  readonly behindSince: (update: number, waitMs: number) => Promise<number | undefined>
  /** How long who reads waits for that who does not say. @default 1000 */
  readonly usualWaitMs?: number
}

/** Of a store that follows the log of one collector. */
export const behindSink =
  ({
    collector,
    sink,
  }: {
    readonly collector: CollectorState
    readonly sink: Pick<Sink, 'caughtUp'>
  }): ReadServerOptions['behindSince'] =>
  async (update, waitMs) =>
    (await collector.received(update, waitMs)) && (await sink.caughtUp(waitMs)) ? undefined : (collector.asOfMs ?? 0)

/** Who reads sees every ack that came before, or what there is after so long, unless they prefer to wait longer. */
const usualMs = 1000
/** Far beyond what a query may have, so that one which is too long is told so in characters. */
const bodyLimitBytes = 1_048_576

/** Which request is being answered, for whoever watches what runs. */
export const currentRequest: AsyncLocalStorage<string | undefined> = new AsyncLocalStorage()

export function createReadServer(options: ReadServerOptions): FastifyInstance {
  const { logger, behindSince, usualWaitMs = usualMs } = options
  const app = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: bodyLimitBytes,
    frameworkErrors: answerError,
    pluginTimeout: 0,
    forceCloseConnections: true,
  })
  useApiRules(app)
  app.addHook('onRequest', async ({ headers }, reply) => {
    const update = Number(headers[readHeaders.update] ?? 0)
    const asOfMs = await behindSince(update, preferredWaitMs(headers[readHeaders.prefer]) ?? usualWaitMs)
    if (asOfMs !== undefined) reply.header(asOfHeader, String(asOfMs))
  })
  // Only after the body was read: what reads it knows nothing of us.
  app.addHook('preHandler', ({ headers }, _reply, done) =>
    currentRequest.run(headers[readHeaders.request]?.toString(), done),
  )
  dataRoutes(app, options)
  return app
}
