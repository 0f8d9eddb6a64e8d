/** The second half of an event's path, put together: the log, through the sink, into DuckDB. Nothing of ingest waits for it. */
import type { DuckDBConnection } from '@duckdb/node-api'
import type { FastifyBaseLogger } from 'fastify'
import type { LogRecord, Position } from './log/read-log.ts'
import { yieldingStore } from './query/yielding-store.ts'
import { createSink, type Sink, type SinkReport } from './sink/sink.ts'
import { createDuckDBStore, type DuckDBStore } from './store/duckdb-store.ts'
import { type Database, openDatabase } from './store/open-database.ts'

export interface StorePipeline {
  readonly database: Database
  readonly store: DuckDBStore
  readonly sink: Sink
  /** Where the database's file stands, which a crash of the engine can't take back. */
  readonly position: Position | undefined
  /** Ends what reads, for a write that lacks memory; set once there are readers. */
  interruptReaders: () => void
  /** After ingest: what is not in the store by then is read from the log at the next start. */
  stop(): Promise<void>
  /** After the last reader. */
  close(): Promise<void>
}

export interface StorePipelineOptions {
  readonly dataFolder: string
  readonly logger: FastifyBaseLogger
  readonly prepare: (connection: DuckDBConnection, exportFolder: string) => Promise<void>
  readonly readLog: (from: Position | undefined, to: Position) => AsyncIterable<LogRecord>
  /** The database's file holds everything before this position: the log need not keep it. */
  readonly onCheckpoint: (position: Position) => void
}

const stopTimeoutMs = 2000

/** @throws {CollectorError} `data_in_use`, `data_unusable` */
export async function openStorePipeline(options: StorePipelineOptions): Promise<StorePipeline> {
  const { dataFolder, logger, prepare, readLog, onCheckpoint } = options
  const database = await openDatabase({ dataFolder, log: logger, prepare })
  const store = await createDuckDBStore(database, {
    onCheckpoint,
    onCheckpointFailure: (reason) => logger.error({ reason }, 'A checkpoint failed'),
  })
  const pipeline: StorePipeline = {
    database,
    store,
    sink: createSink({
      store: yieldingStore(store, () => pipeline.interruptReaders()),
      read: readLog,
      report: (report) => logger.error(report, sentences[report.code]),
    }),
    // Opening has moved the write-ahead log into the file.
    position: await store.readPosition(),
    interruptReaders: () => {},
    async stop() {
      await pipeline.sink.caughtUp(stopTimeoutMs)
      await pipeline.sink.stop()
    },
    async close() {
      await store.close()
      await database.close()
    },
  }
  return pipeline
}

const sentences: { readonly [Code in SinkReport['code']]: string } = {
  damaged_log: 'A part of the log is DAMAGED: it is stepped over, and what it held counts as missing',
  missing_segment: 'A segment of the log is MISSING: what it held counts as missing',
  lost_events: 'Events are LOST, which no entry of the log holds: they count as missing',
  foreign_events:
    'Events came while the store was away, with ANOTHER PROOF than the session has: none of them is stored',
  unstorable_event: 'The database refuses an event: it stands in rejected_events as unstorable',
  store_unavailable: 'The store can take nothing now: the log keeps what comes, and it is tried again',
}
