/** Runs a sink of a cluster, and tells over HTTP how it stands. An entry of its own, for no collector needs it. */
import type { AddressInfo } from 'node:net'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { createClusterRetention } from './cluster-life.ts'
import { type ClusterSettings, clusterOf, type SharedLog, type SharedStore } from './cluster-options.ts'
import { type ClusterStore, openClusterStore } from './cluster-store.ts'
import { CollectorError } from './errors.ts'
import { connectJetStream } from './jetstream/connect.ts'
import { openLifeBuckets } from './jetstream/life-buckets.ts'
import { keptMs } from './jetstream/stream-log.ts'
import { type SinkFigures, startStreamSink } from './jetstream/stream-sink.ts'
import { createInstruments } from './metrics/instruments.ts'
import type { RetentionFigures } from './metrics/metrics.ts'
import { cannotListen } from './server.ts'

export interface ClusterSinkOptions {
  readonly log: SharedLog
  readonly store: SharedStore
  /** A pino-like logger; false for silence. @default pino on stderr */
  readonly logger?: FastifyBaseLogger | false
  /** How long stored events are kept, the same for all sinks. @default for ever */
  readonly retention?: SinkRetention
  /** Milliseconds, after which others take over the partitions of a sink that is gone. @default 10000 */
  readonly leaseMs?: number
}

export interface SinkRetention {
  /** Milliseconds, from 60000, after which an event that was received is deleted, with all of its day. @default none */
  readonly keepMs?: number
}

/** Follows the log that collectors share into the store that they share, beside any number of others. */
export interface ClusterSink {
  /**
   * @throws {CollectorError} `missing_package`, `bad_option`, `log_unavailable`, `store_unavailable`, `cannot_listen`
   */
  listen(options?: { readonly port?: number; readonly host?: string }): Promise<{ readonly url: string }>
  /** Gives its partitions away, once what is under way is stored. Idempotent. */
  close(): Promise<void>
}

/** What may stand between a sink and its store. */
export interface ClusterSinkPorts {
  /** @default the one that the options name */
  readonly openStore?: (store: SharedStore) => Promise<ClusterStore>
}

const defaultLeaseMs = 10_000
const minKeepMs = 60_000

/** @throws {CollectorError} `bad_option` */
export function createClusterSink(options: ClusterSinkOptions, ports: ClusterSinkPorts = {}): ClusterSink {
  const settings = clusterOf({ log: options.log, store: options.store })
  if (!settings) throw new TypeError('Expected `log` and `store`')
  const { leaseMs = defaultLeaseMs, retention: { keepMs } = {} } = options
  if (keepMs !== undefined && !(Number.isInteger(keepMs) && keepMs >= minKeepMs)) {
    throw new CollectorError(
      'bad_option',
      `Expected \`keepMs\` to be a whole number from ${minKeepMs} up, got ${keepMs}`,
    )
  }
  const { openStore = openClusterStore } = ports
  const logger = options.logger === undefined ? pino(pino.destination(2)) : options.logger || pino({ level: 'silent' })
  const closing: (() => Promise<void>)[] = []
  let closed: Promise<void> | undefined
  let expired = 0
  return {
    async listen({ port = 4181, host = '127.0.0.1' } = {}) {
      try {
        return { url: await start(settings, port, host) }
      } catch (error) {
        await close()
        throw error
      }
    },
    close: () => (closed ??= close()),
  }

  async function start(cluster: ClusterSettings, port: number, host: string): Promise<string> {
    const { servers, logCredentials: credentials } = cluster
    const jetStream = await connectJetStream({ servers, credentials, logger })
    closing.push(() => jetStream.close())
    const store = await openStore(cluster.store)
    closing.push(() => store.close())
    const sink = await startStreamSink({ jetStream, store, logger, leaseMs, keptMs })
    closing.push(() => sink.stop())
    const buckets = await openLifeBuckets(jetStream)
    const retention = createClusterRetention({
      store,
      buckets,
      keepMs,
      logger,
      onExpired: (events) => (expired += events),
    })
    retention.start()
    closing.push(async () => retention.stop())
    const app = serveFigures({ sink: sink.figures, retention: () => retention.figures, expired: () => expired }, logger)
    closing.push(() => app.close())
    await app.listen({ port, host }).catch((cause: unknown) => {
      throw cannotListen(host, port, cause)
    })
    const { port: bound } = app.server.address() as AddressInfo
    return `http://${host.includes(':') ? `[${host}]` : host}:${bound}`
  }

  /** The last that was opened first. */
  async function close(): Promise<void> {
    for (const end of closing.splice(0).reverse()) await end()
  }
}

interface ServedFigures {
  readonly sink: SinkFigures
  readonly retention: () => RetentionFigures
  /** Events that were deleted for their age. */
  readonly expired: () => number
}

/** Numbers alone: whoever can reach it may read them. */
function serveFigures(figures: ServedFigures, logger: FastifyBaseLogger): FastifyInstance {
  const logController = new LogController({ disableRequestLogging: true })
  const app = Fastify({ loggerInstance: logger, logController, forceCloseConnections: true })
  const registry = new Registry()
  registerFigures(registry, figures.sink)
  registerRetention(registry, figures)
  app.get('/healthz', async () => ({ status: 'ok' }))
  app.get('/metrics', async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()))
  return app
}

function registerFigures(registry: Registry, figures: SinkFigures): void {
  const { counter, total, gauge } = createInstruments([registry])
  gauge('downlink_sink_partitions', 'Partitions of the log that this sink holds', () => figures.partitions)
  gauge('downlink_sink_lag_entries', 'Entries of those that are not in the store', () => figures.pending)
  gauge(
    'downlink_sink_lag_seconds',
    'How old the newest stored entry is of the one that is furthest behind',
    () => figures.lagMs / 1000,
  )
  total('downlink_sink_events_total', 'Events that this sink has stored', () => figures.events)
  counter(
    'downlink_sink_reports_total',
    'What it has found that somebody should hear of, by code',
    'code',
    () => figures.reports,
  )
}

/** Under the names that they have at a collector that stands alone. */
function registerRetention(registry: Registry, { retention, expired }: ServedFigures): void {
  const { total, gauge } = createInstruments([registry])
  total('downlink_retention_runs_total', 'How often what is too old was looked for', () => retention().runs)
  total('downlink_retention_failures_total', 'How often that failed', () => retention().failures)
  total('downlink_events_expired_total', 'Events that this sink has deleted for their age', expired)
  gauge(
    'downlink_clock_ahead_seconds',
    'By how much the clock is ahead of how long sinks have run',
    () => retention().clockAheadMs / 1000,
  )
}
