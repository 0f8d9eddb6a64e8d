/**
 * Puts a collector of a cluster together: ingest → session → commit → a stream of NATS, where events are acknowledged. It
 * keeps nothing: sinks, which are processes of their own, follow the stream into a store that all share.
 */
import { randomUUID } from 'node:crypto'
import { join, resolve } from 'node:path'
import type { FastifyBaseLogger } from 'fastify'
import type { Keys } from './access/keys.ts'
import { warnOfProxies } from './access/proxies.ts'
import { systemClock as clock, systemTimer } from './clock.ts'
import { readClusterHealth } from './cluster-health.ts'
import { createClusterLife } from './cluster-life.ts'
import type { ClusterSettings, SharedStore } from './cluster-options.ts'
import { type ClusterReads, serveClusterReads } from './cluster-reads.ts'
import type { ClusterStore } from './cluster-store.ts'
import { CollectorError } from './errors.ts'
import { createRefusals } from './ingest/refusals.ts'
import { createAnswerTime } from './jetstream/answer-time.ts'
import { connectJetStream, type JetStream } from './jetstream/connect.ts'
import { type LifeBuckets, openLifeBuckets } from './jetstream/life-buckets.ts'
import { createSinkLag, type SinkLag } from './jetstream/sink-lag.ts'
import { createStreamCommit } from './jetstream/stream-commit.ts'
import { createStreamLog, keptMs } from './jetstream/stream-log.ts'
import type { Pipeline } from './pipeline.ts'
import { createReadSide } from './read-side.ts'
import { createSchemaWarnings } from './session/schema-warnings.ts'
import type { CollectorSettings } from './settings.ts'
import { createSharedFigures } from './shared-figures.ts'
import { createFailureLine, createWriteSide } from './write-side.ts'

export interface ClusterPipelineOptions {
  readonly settings: CollectorSettings
  readonly cluster: ClusterSettings
  readonly keys: Keys
  readonly logger: FastifyBaseLogger
  readonly openStore: (store: SharedStore) => Promise<ClusterStore>
}

/** @throws {CollectorError} `missing_package`, `bad_option`, `log_unavailable`; what opening the store throws */
export async function openClusterPipeline(options: ClusterPipelineOptions): Promise<Pipeline> {
  const { settings, cluster, logger, openStore } = options
  const ending: (() => Promise<void>)[] = []
  try {
    const jetStream = await connectJetStream({
      servers: cluster.servers,
      credentials: cluster.logCredentials,
      maxLogBytes: settings.commit.maxLogBytes,
      logger,
    })
    ending.push(jetStream.close)
    expectRoom(jetStream, settings)
    const store = await openStore(cluster.store)
    ending.push(store.close)
    await store.defineEvents(settings.events).catch((error: unknown) => {
      logger.error({ err: error }, 'The views of event types could not be made: the next start tries it again')
    })
    const source = store.source({
      limits: settings.query,
      wallMs: clock.wallMs,
      folder: join(resolve(settings.data), 'exports'),
    })
    const lag = createSinkLag({
      ...{ jetStream, setTimer: systemTimer, now: clock.monotonicMs },
      readPlaces: store.readPlaces,
    })
    const behindSince = createAnswerTime({ lag, setTimer: systemTimer, wallMs: clock.wallMs })
    // Also where the log goes away before anybody asks.
    void behindSince(0)
    const reads = await serveClusterReads({ source, logger, behindSince })
    ending.push(reads.close)
    const buckets = await openLifeBuckets(jetStream)
    return assemble(options, { jetStream, store, lag, reads, buckets, ending })
  } catch (error) {
    for (const end of ending.reverse()) await end()
    throw error
  }
}

/** Bytes of a message beside its events: the record, labels and contexts. */
const outlineBytes = 65_536
/** Bytes of an event in a message beside its texts. */
const rowBytes = 32

/** @throws {CollectorError} `bad_option` where the largest batch would be no message */
function expectRoom({ maxMessageBytes }: JetStream, { limits }: CollectorSettings): void {
  const needed = 2 * limits.maxFrameBytes + limits.maxElements * rowBytes + outlineBytes
  if (needed <= maxMessageBytes) return
  const limit = `max_payload ${maxMessageBytes}`
  throw new CollectorError('bad_option', `Expected NATS to take messages of ${needed} bytes, got ${limit}: raise that`)
}

interface SharedParts {
  readonly jetStream: JetStream
  readonly store: ClusterStore
  readonly lag: SinkLag
  readonly reads: ClusterReads
  readonly buckets: LifeBuckets
  /** Ends them: the last one first. */
  readonly ending: readonly (() => Promise<void>)[]
}

function assemble(
  { settings, keys, logger }: ClusterPipelineOptions,
  { jetStream, store, lag, reads: { client: reads }, buckets, ending }: SharedParts,
): Pipeline {
  const refusals = createRefusals({ log: logger, monotonicMs: clock.monotonicMs })
  const warnings = createSchemaWarnings()
  const proxies = warnOfProxies(settings.proxies, logger)
  const folder = resolve(settings.data)
  const readSide = createReadSide({
    ...{ settings, reads, refusals, warnings, clock, folder },
    own: undefined,
    shared: {
      figures: createSharedFigures({ store: store.records, lag, clock }),
      health: () => readClusterHealth({ jetStream, lag, buckets, store, wallMs: clock.wallMs }),
    },
    life: () => life,
    sockets: () => sockets.sockets,
    openSessions: () => sessions.openIds().length,
  })
  const commits = createStreamCommit({
    stream: createStreamLog(jetStream),
    source: store.records,
    maxMessageBytes: jetStream.maxMessageBytes,
    newWriteId: randomUUID,
    keptMs,
    ...{ listener: readSide.listener, meter: readSide.meter },
    onFailure: createFailureLine(logger, clock.monotonicMs),
    setTimer: systemTimer,
    now: clock.monotonicMs,
  })
  const life = createClusterLife({
    ...{ store, buckets, jetStream, lag, commits, counters: readSide.counters, limits: settings.query },
    forgetAnswers: readSide.forgetAnswers,
    isClosing: () => drained !== undefined,
  })
  const stopHearing = store.records.onUp(commits.onStoreUp)
  const { sessions, sockets, routes } = createWriteSide({
    // A session that left may go on at another collector: it is read again when it comes back.
    settings: { ...settings, limits: { ...settings.limits, maxIdleSessions: 0 } },
    ...{ keys, commits, refusals, warnings, proxies, readSide },
    onSocket() {},
  })
  let drained: Promise<void> | undefined
  let closed: Promise<void> | undefined

  return {
    ...{ folder, readSide, reads, sessions, sockets, routes },
    readiness: {
      ingest: async () => drained === undefined && (await jetStream.isAvailable()),
      reads: () => store.records.isUp,
    },
    settled: () => commits.settled(),
    drain: () => (drained ??= drain()),
    close: () => (closed ??= close()),
  }

  async function drain(): Promise<void> {
    sockets.stop()
    readSide.hangUp()
    await commits.settled()
    // The acks of the last commit are sent in the turn after it.
    await new Promise(setImmediate)
    await sockets.close()
  }

  async function close(): Promise<void> {
    await commits.settled()
    stopHearing()
    for (const end of [...ending].reverse()) await end()
  }
}
