/**
 * Puts the second half of an event's path together, in a process of its own: log → sink → store, and from there query.
 * Nothing of ingest waits for it.
 */
import { join } from 'node:path'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { behindSink, createReadServer } from './api/read-server.ts'
import { createDumpWriter, type DumpWriter } from './dump/dump-writer.ts'
import { openLogFiles } from './log/log-files.ts'
import { type Position, readLog } from './log/read-log.ts'
import { createEventPages } from './query/event-pages.ts'
import type { ViewDefinition } from './query/event-views.ts'
import { createLabels } from './query/labels.ts'
import { countEvents, createLedgers } from './query/ledgers.ts'
import { planReadStore, type ReadStore, type ReadWatch } from './query/read-store.ts'
import { createSessionSearch } from './query/session-search.ts'
import { createTimelines } from './query/timelines.ts'
import { createFirstCount } from './sink/first-count.ts'
import type { SinkWork } from './sink/poison-guard.ts'
import { createSink, type Sink } from './sink/sink.ts'
import type { SinkReport } from './sink/sink-reports.ts'
import type { DatabaseSpace } from './store/copy-database.ts'
import { createDuckDBStore, defaultCheckpointBytes } from './store/duckdb-store.ts'
import { openDatabase } from './store/open-database.ts'
import { keepUnstorable } from './store/unstorable-texts.ts'
import { type Answer, createAnswers } from './store-process/answers.ts'
import { type CollectorState, createCollectorState } from './store-process/collector-state.ts'
import { clearSocket, watchSocket } from './store-process/local-sockets.ts'
import type { LogUpdate, StoredCounts, StoreSettings } from './store-process/messages.ts'

export interface StorePipeline {
  /** Where the database's file stands, which a crash of the engine can't take back. */
  readonly position: Position | undefined
  /** Begins to answer reads: at once, unless an entry is suspected that has to be written before. */
  serve(): Promise<void>
  take(update: LogUpdate): void
  readonly answer: Answer
  /** What is stored, once the store stands where the log stood at the first update. What comes later waits for that. */
  countStored(): Promise<StoredCounts>
  /** Idempotent. What is not in the store by then is read from the log at the next start. */
  close(): Promise<void>
}

export interface StorePipelineOptions {
  readonly settings: StoreSettings
  readonly logger: FastifyBaseLogger
  readonly loadViews: () => Promise<readonly ViewDefinition[]>
  /** Hears which reads run, and knows which queries to refuse. */
  readonly watch: ReadWatch
  /** The sink has found something that somebody should hear of. */
  readonly onReport: (report: SinkReport) => void
  /** What is about to be written; `undefined` once that is over. */
  readonly onWork: (work: SinkWork | undefined) => void
  readonly onApplied: (update: number) => void
  /** The database's file holds everything before this position: the log need not keep it. */
  readonly onCheckpoint: (position: Position) => void
  readonly onSpace: (space: DatabaseSpace) => void
  /** The socket where reads are served is gone. */
  readonly onUnreachable: () => void
}

/** At the end: in it goes what was taken a moment ago. */
const lastSinkMs = 1500

const checkpointsInRoom = 4

/** @throws {CollectorError} `data_in_use`, `data_unusable` */
export async function openStorePipeline(options: StorePipelineOptions): Promise<StorePipeline> {
  const { settings, logger, loadViews, watch, onReport, onWork, onApplied, onCheckpoint, onUnreachable } = options
  const { dataFolder, socketPath, query: limits, lockTimeoutMs, orders } = settings
  const plan = planReadStore(loadViews, limits)
  const database = await openDatabase({ dataFolder, lockTimeoutMs, log: logger, prepare: plan.prepare })
  const store = await createDuckDBStore(database, {
    // Only what a checkpoint covers may go.
    checkpointBytes: Math.min(defaultCheckpointBytes, settings.logRoomBytes / checkpointsInRoom),
    onCheckpoint(position) {
      onCheckpoint(position)
      reportSpace()
    },
    onCheckpointFailure: (reason) => logger.error({ reason }, 'A checkpoint failed'),
    onOutOfMemory: () => readers.interrupt(),
    onReopen: () => readers.interrupt(),
  })
  // Opening has moved the write-ahead log into the file.
  const position = await store.readPosition()
  reportSpace()
  const collector = createCollectorState()
  const files = await openLogFiles(join(database.folder, 'log'))
  const servable = createServable(orders)
  const sink = createSink({
    read: (from, to) => readLog(files, from, to),
    store,
    poison: { orders, onWork, keepText: (event, text) => keepUnstorable(database.folder, event, text) },
    report: onReport,
    onApplied(update) {
      // It has passed all that was synced at the start, whatever of that the log still had.
      servable.suspectWritten()
      collector.applied(update)
      onApplied(update)
    },
  })
  const read = plan.open(database, watch)
  const { readers, sandbox } = read
  const dumps = createDumpWriter(read, database.exportFolder)
  await dumps.clean()
  const firstCount = createFirstCount(sink, () => countEvents(readers))
  const server = createServer({ read, dumps, logger, collector, sink: firstCount })
  const answer = createAnswers({ database, store, readers, sandbox, sink: firstCount, collector })
  let closing: Promise<void> | undefined

  return {
    position,
    async serve() {
      await servable.reached
      await clearSocket(socketPath)
      await server.listen({ path: socketPath })
      watchSocket(socketPath, () => {
        if (!closing) onUnreachable()
      })
    },
    take(update) {
      collector.take(update)
      firstCount.follow(update.end, update.count)
    },
    answer,
    countStored: () => firstCount.run(() => closing !== undefined),
    close: () => (closing ??= close()),
  }

  function reportSpace(): void {
    store.readSpace().then(options.onSpace, () => {})
  }

  async function close(): Promise<void> {
    await store.interruptCopies()
    // What reads now would keep the server from closing, and the sink from the database.
    await readers.close()
    const ended = server.close()
    await sink.caughtUp(lastSinkMs)
    await sink.stop()
    await ended
    await store.close()
    await database.close()
  }
}

interface ServerOptions {
  readonly read: ReadStore
  readonly dumps: DumpWriter
  readonly logger: FastifyBaseLogger
  readonly collector: CollectorState
  readonly sink: Pick<Sink, 'caughtUp'>
}

/** Serves all that can be read. */
function createServer({ read: { readers, sandbox }, dumps, logger, collector, sink }: ServerOptions): FastifyInstance {
  return createReadServer({
    search: createSessionSearch({ readers, openSessions: collector.openSessions }),
    labels: createLabels(readers),
    ledgers: createLedgers({ readers, isOpen: collector.isOpen }),
    pages: createEventPages(readers),
    timelines: createTimelines(readers),
    ...{ sandbox, dumps, logger, behindSince: behindSink({ collector, sink }) },
  })
}

/** Reads are served at once, unless an entry is suspected that has to be written before. */
function createServable({ alone }: StoreSettings['orders']) {
  let suspectWritten = (): void => {}
  const reached = alone ? new Promise<void>((resolve) => (suspectWritten = resolve)) : Promise.resolve()
  return { reached, suspectWritten }
}
