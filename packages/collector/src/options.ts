/** Declares a collector's options: what each means, its range and its default. */
import { type EventDefinitions, protocolDefaults } from '@downlink/protocol'
import type { FastifyBaseLogger } from 'fastify'
import type { TrustedProxies } from './access/proxies.ts'
import type { SharedLog, SharedStore } from './cluster-options.ts'
import type { OtlpOptions } from './otlp/otlp-options.ts'
import type { QueryLimits } from './query/query-limits.ts'
import type { SourceMaps } from './source-maps/source-maps.ts'

export interface CollectorOptions {
  /** Folder of the log, the database and the exports; absolute, or from the working directory. @default './.downlink' */
  readonly data?: string
  /** A log that collectors share, in place of one in `data`. It wants a `store`. @default none */
  readonly log?: SharedLog
  /** A store that collectors share, in place of the database in `data`. It wants a `log`. @default none */
  readonly store?: SharedStore
  /** The game's events. @default every type and payload is accepted */
  readonly events?: EventDefinitions
  /**
   * What becomes of an event that no schema accepts: it is rejected, or stored and counted as a warning. What the wire and
   * the database can't take is rejected either way. @default 'reject'
   */
  readonly schemaMode?: SchemaMode
  /** Keys that may write, of 1 to 4096 characters each. @default none: no key is asked for, which is refused beyond loopback */
  readonly keys?: readonly string[]
  /** What readers must show, of 1 character or more. @default none: reading is open, which is refused beyond loopback */
  readonly readToken?: string
  /**
   * What whoever changes or deletes what is kept must show, of 1 character or more; it reads, too. @default none: only this
   * machine may, and beside a `readToken` nobody
   */
  readonly adminToken?: string
  /**
   * What signed tokens are signed with, of 32 bytes or more: one, or two while one takes the place of the other. Then
   * nothing is open: each request wants a signed token of its scope, or a key or token. @default none
   */
  readonly tokenSecrets?: readonly string[]
  /**
   * Foreign origins whose pages may send, such as `https://game.example`, `https://*.game.example` for every name below
   * it, or `capacitor://localhost`; `null` for pages without an origin, `*` for all. @default none
   */
  readonly origins?: readonly string[]
  /** Where the outside reaches this collector: an http or https URL, such as `https://telemetry.example`. @default where it listens */
  readonly publicUrl?: string
  /**
   * The proxies whose `X-Forwarded-For`, `-Host` and `-Proto` are believed: how many there are, or their addresses and
   * networks, such as `10.0.0.0/8`. Then a `readToken` is needed, for the outside is there. @default false
   */
  readonly trustProxy?: TrustedProxies
  /** A folder of questions for the page, a file each. Those of its own names stand in for built-in ones. @default none */
  readonly questions?: string
  /**
   * Where the page finds the source maps of the game's scripts, to read stacks by: a folder, absolute or from the working
   * directory, or what finds them elsewhere. @default the folder `source-maps` of `data`
   */
  readonly sourceMaps?: string | SourceMaps
  /** Whether the collector's own page is served at `/`. @default true */
  readonly page?: boolean
  /** Further static pages, by path, such as `/play`. @default none */
  readonly pages?: Readonly<Record<string, CollectorPage>>
  /** A pino-like logger; false for silence. @default pino on stderr */
  readonly logger?: FastifyBaseLogger | false
  /** What senders may take. @default each its own, below */
  readonly limits?: Partial<CollectorLimits>
  /** How batches become durable. @default each its own, below */
  readonly commit?: Partial<CommitOptions>
  /** What readers may take. @default each its own, in `QueryLimits` */
  readonly query?: Partial<QueryLimits>
  /** How long stored events are kept. @default for ever */
  readonly retention?: RetentionOptions
  /** What becomes of a forgotten session that comes back: it is refused, or starts anew with what it sends from then on. @default 'refuse' */
  readonly forgottenSessions?: ForgottenSessions
  /** Where backups go that are asked for over HTTP. @default the folder `backups` of `data` */
  readonly backups?: string
  /** Where events are sent on, as log records of OpenTelemetry. @default nowhere */
  readonly otlp?: OtlpOptions
}

export interface CollectorPage {
  /** Absolute, or from the working directory. */
  readonly folder: string
  /** What `<path>/downlink-config.js` sets. */
  readonly config?: { readonly url?: string; readonly key?: string; readonly enabled?: boolean }
}

export const schemaModes = ['reject', 'warn'] as const
export type SchemaMode = (typeof schemaModes)[number]

export const forgottenSessionModes = ['refuse', 'restart'] as const
export type ForgottenSessions = (typeof forgottenSessionModes)[number]

/** Whole numbers. */
export interface CommitOptions {
  /** Milliseconds, from 0, that a batch waits for others, beside those that come together. @default 0 */
  readonly groupMs: number
  /** Events, from 1, that are committed at once. @default 4000 */
  readonly groupEvents: number
  /** Bytes of the log, from 1048576, beyond which nothing is taken until the store has caught up. @default 4294967296 */
  readonly maxLogBytes: number
  /**
   * Bytes of the log, 0 or from 1048576, that are kept since the last backup, beside `maxLogBytes`: what came after a backup
   * comes back with it then. At most a quarter of `maxBytes`. @default 1073741824
   */
  readonly keepLogBytes: number
}

/** Whole numbers. What goes first is the oldest by the collector's clock. */
export interface RetentionOptions {
  /** Milliseconds, from 60000, after which an event that was received is deleted. @default none */
  readonly keepMs?: number
  /** Bytes, from 268435456, that the used blocks of the database and the log may take together. @default none */
  readonly maxBytes?: number
  /**
   * Milliseconds, from 60000, after which a backup of the collector's folder is deleted, but for the newest; that one too,
   * once somebody was forgotten after it was made. @default none
   */
  readonly keepBackupsMs?: number
  /** Milliseconds, from 60000, after which a source map is deleted that no build has kept again. @default none */
  readonly keepSourceMapsMs?: number
}

/** Whole numbers, each from 1 up. */
export interface CollectorLimits {
  /** Bytes of a WebSocket message, or of an inflated body. @default 262144 */
  readonly maxFrameBytes: number
  /** Elements of a batch, or events of a plain frame or body. @default 5000 */
  readonly maxElements: number
  /** Bytes of a frame before the session is open. @default 16384 */
  readonly maxHelloBytes: number
  /** Bytes of the data of an event, as UTF-8. @default 65536 */
  readonly maxEventBytes: number
  /** Levels of objects and arrays in an event's data. @default 32 */
  readonly maxDepth: number
  /** Keys of one object in an event's data. @default 256 */
  readonly maxKeys: number
  /** UTF-16 units of an event's type. @default 128 */
  readonly maxTypeLength: number
  /** Events of a session that may be unacknowledged. @default 2000 */
  readonly windowEvents: number
  /** Milliseconds from a socket's upgrade to its hello. @default 5000 */
  readonly helloTimeoutMs: number
  /** Milliseconds from one heartbeat to the next; a socket that is silent for two of them is closed. @default 15000 */
  readonly heartbeatMs: number
  /** Milliseconds from the first byte of an HTTP request to the end of its headers. @default 10000 */
  readonly headersTimeoutMs: number
  /** Milliseconds from the first byte of an HTTP request, or of a WebSocket message, to its end. @default 30000 */
  readonly requestTimeoutMs: number
  /** Sockets in all. @default 10000 */
  readonly maxSockets: number
  /** Sockets from one address. @default 2000 */
  readonly maxSocketsPerAddress: number
  /** Sockets from one address that have not said hello. @default 256 */
  readonly maxHandshakesPerAddress: number
  /** Events a second of one socket, or of all POSTs of one address, with a second's worth at once. @default 50000 */
  readonly maxEventsPerSecond: number
  /** POSTs a second from one address, with a second's worth at once. @default 200 */
  readonly maxPostsPerSecond: number
  /** Wrong read tokens a minute from one address, with a minute's worth at once. @default 20 */
  readonly maxGuessesPerMinute: number
  /** Bytes received and not yet committed, of all senders. @default 134217728 */
  readonly maxPendingBytes: number
  /** Bytes received and not yet committed, of one address. @default 67108864 */
  readonly maxPendingBytesPerAddress: number
  /** Unsent bytes after which a reader is too slow. @default 1048576 */
  readonly maxBufferedBytes: number
  /** Rejections that one answer names; the totals count all. @default 100 */
  readonly maxRejectionsPerAnswer: number
  /** Sessions in memory that no socket is on. @default 10000 */
  readonly maxIdleSessions: number
}

export const limitDefaults: CollectorLimits = {
  maxFrameBytes: protocolDefaults.maxFrameBytes,
  maxElements: protocolDefaults.maxElements,
  maxHelloBytes: protocolDefaults.maxHelloBytes,
  maxEventBytes: protocolDefaults.maxEventBytes,
  maxDepth: protocolDefaults.maxDepth,
  maxKeys: protocolDefaults.maxKeys,
  maxTypeLength: protocolDefaults.maxTypeLength,
  windowEvents: protocolDefaults.windowEvents,
  helloTimeoutMs: protocolDefaults.helloTimeoutMs,
  heartbeatMs: protocolDefaults.heartbeatMs,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  maxSockets: 10_000,
  maxSocketsPerAddress: 2000,
  maxHandshakesPerAddress: 256,
  maxEventsPerSecond: 50_000,
  maxPostsPerSecond: 200,
  maxGuessesPerMinute: 20,
  maxPendingBytes: 134_217_728,
  maxPendingBytesPerAddress: 67_108_864,
  maxBufferedBytes: 1_048_576,
  maxRejectionsPerAnswer: 100,
  maxIdleSessions: 10_000,
}

export const commitDefaults: CommitOptions = {
  groupMs: 0,
  groupEvents: 4000,
  maxLogBytes: 4_294_967_296,
  keepLogBytes: 1_073_741_824,
}
