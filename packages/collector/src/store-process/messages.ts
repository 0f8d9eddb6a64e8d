/** Declares the messages between a collector and its store process, over Node's IPC. Both are of one release, so they have no version. */
import type { OperationResult } from '../commit/operation.ts'
import type { SessionRecord } from '../commit/session-record.ts'
import type { CollectorErrorCode } from '../errors.ts'
import type { Position } from '../log/read-log.ts'
import type { EventCounts } from '../metrics/event-counters.ts'
import type { ViewDefinition } from '../query/event-views.ts'
import type { ExpiryBounds, ExpirySlice } from '../query/expiry-plan.ts'
import type { MatchingSession } from '../query/matching-sessions.ts'
import type { QueryLimits } from '../query/query-limits.ts'
import type { RunningRead } from '../query/readers.ts'
import type { RejectionPage, RejectionPlace } from '../query/rejections.ts'
import type { SinkOrders, SinkWork } from '../sink/poison-guard.ts'
import type { SinkReport } from '../sink/sink-reports.ts'
import type { DatabaseSpace } from '../store/copy-database.ts'
import type { DiskUsage } from '../store/disk-usage.ts'

export type ToStore =
  | { readonly kind: 'start'; readonly settings: StoreSettings; readonly update: LogUpdate }
  | { readonly kind: 'update'; readonly update: LogUpdate }
  /** Answered once the store stands where the log stood at this update. */
  | {
      readonly kind: 'question'
      readonly request: number
      readonly question: StoreQuestion
      readonly update: number
    }
  | { readonly kind: 'views'; readonly views: readonly ViewDefinition[] }
  | { readonly kind: 'stop' }

export interface StoreSettings {
  readonly dataFolder: string
  /** Where reads are served: a Unix socket, or a named pipe on Windows. */
  readonly socketPath: string
  readonly query: QueryLimits
  /** What is known of the processes before, and what they died of. */
  readonly orders: SinkOrders
  /** That the log may take: several checkpoints are made within it. */
  readonly logRoomBytes: number
  /** Fingerprints of queries that ended such a process twice: for a minute they are refused. */
  readonly bannedQueries: readonly string[]
  /** How long another process may hold the database before opening fails. */
  readonly lockTimeoutMs: number
  /** Whether the collector still has to learn what the database held before its own time. */
  readonly wantsCounts: boolean
}

/** How far the log is synced, and what else of the collector an answer depends on. */
export interface LogUpdate {
  /** Each update of a collector's life has a higher one: positions have no order. */
  readonly count: number
  /** Milliseconds since 1970. */
  readonly atMs: number
  readonly end: Position
  /** Sessions that have a socket now, and those whose socket has gone, since the update before; in the first one, all. */
  readonly opened: readonly string[]
  readonly closed: readonly string[]
}

export type FromStore =
  /** Reads are served. The file holds everything before this position. */
  | { readonly kind: 'ready'; readonly position: Position | undefined; readonly databaseVersion: string }
  | { readonly kind: 'failed'; readonly code: CollectorErrorCode; readonly message: string }
  /** What the database held where the log stood at the start. */
  | { readonly kind: 'counts'; readonly counts: StoredCounts }
  /** All of the log up to this update is in the database. */
  | { readonly kind: 'applied'; readonly update: number }
  /** It is about to write this; `undefined` once that is over. */
  | { readonly kind: 'writing'; readonly work: SinkWork | undefined }
  /** The sink has found something that somebody should hear of. */
  | { readonly kind: 'report'; readonly report: SinkReport }
  | { readonly kind: 'checkpoint'; readonly position: Position }
  /** At the start, and after each checkpoint. */
  | { readonly kind: 'space'; readonly space: DatabaseSpace }
  | { readonly kind: 'answer'; readonly request: number; readonly answer: StoreAnswer }
  | { readonly kind: 'views-wanted' }
  | { readonly kind: 'read-began'; readonly read: WatchedRead }
  | { readonly kind: 'read-ended'; readonly id: number }
  /** Once a second, with the memory that it holds. */
  | { readonly kind: 'alive'; readonly memoryBytes: number }
  /** A line as pino writes it. */
  | { readonly kind: 'log'; readonly line: string }

/** What the collector asks for itself. */
export type StoreQuestion =
  /** The records of those sessions that are known. */
  | { readonly kind: 'sessions'; readonly ids: readonly string[] }
  /** What an operation came to. */
  | { readonly kind: 'operation'; readonly id: string }
  /** The sessions that a condition picks. */
  | { readonly kind: 'matching-sessions'; readonly condition: string }
  /** What is older than a time, in slices. */
  | ({ readonly kind: 'expiry-plan' } & ExpiryBounds)
  /** Events that schemas rejected, the next page of them. */
  | { readonly kind: 'rejections'; readonly after: RejectionPlace | undefined }
  /** What the database takes, once a checkpoint has freed all that it can. */
  | { readonly kind: 'disk-usage' }
  /** Rewrites the database into a new file, without what was deleted. Waits for nothing that was synced before. */
  | { readonly kind: 'compact' }
  /** Copies the database, as one moment has it, to a file that is the asker's then. */
  | { readonly kind: 'copy' }

/** By the kind of the question. */
export interface StoreAnswers {
  readonly sessions: ReadonlyMap<string, SessionRecord>
  /** Undefined for one that was not applied. */
  readonly operation: OperationResult | undefined
  readonly 'matching-sessions': readonly MatchingSession[]
  readonly 'expiry-plan': readonly ExpirySlice[]
  readonly rejections: RejectionPage
  readonly 'disk-usage': DiskUsage
  readonly compact: Compaction
  readonly copy: DatabaseCopy
}

export interface DatabaseCopy {
  /** Absolute path. The next copy, and the next start of the process, delete what is there. */
  readonly file: string
}

/** What a compaction came to: how large the database's file was, and is. */
export interface Compaction {
  readonly bytesBefore: number
  readonly bytesAfter: number
}

export type StoreAnswer =
  | { readonly ok: true; readonly value: StoreAnswers[keyof StoreAnswers] }
  | { readonly ok: false; readonly code: CollectorErrorCode; readonly message: string }

export type StoredCounts = EventCounts & { readonly outstanding: number }

/** A read that is under way: a query, a page of events, an export. */
export interface WatchedRead extends RunningRead {
  readonly id: number
  /** The request that it answers; undefined for one of the process itself. */
  readonly request: string | undefined
}

/** Headers of a read, on its way from the collector to the store process. */
export const readHeaders = {
  /** The update that it has to see. */
  update: 'x-downlink-update',
  /** How many seconds it may wait for that (RFC 7240). */
  prefer: 'prefer',
  request: 'x-downlink-request',
} as const

const maxPreferredWaitMs = 60_000

/** How long a read waits for what it has to see, as its `Prefer: wait=…` says. Undefined where it does not. */
export function preferredWaitMs(prefer: string | readonly string[] | undefined): number | undefined {
  const [, seconds] = /\bwait=(\d+)/.exec(String(prefer ?? '')) ?? []
  return seconds === undefined ? undefined : Math.min(Number(seconds) * 1000, maxPreferredWaitMs)
}

/** Of an answer that had to go without the newest: all that was acknowledged before this time is in it, in ms since 1970. */
export const asOfHeader = 'downlink-as-of'

/** After stdin, stdout, stderr and Node's IPC. */
export const lifelineFd = 4

/** Said before the process ends itself for want of memory. */
export const outOfMemory = 'm'
