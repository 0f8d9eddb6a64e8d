/** Sets the numbers of `downlink.v1`. Both ends import them from here; docs/protocol.md prints them. */

/** Those that a client needs stand alone, so that its bundle holds no others. */

/** Events a batch, at most. */
export const defaultBatchSize = 50
/** Milliseconds between two drains of the buffer. */
export const defaultDrainIntervalMs = 1000
/** Events that the buffer holds, queued and in flight together. */
export const defaultCapacity = 5000
/** Events that may be unacknowledged. */
export const defaultWindowEvents = 2000
/** Milliseconds of silence after which a client with something in flight gives the link up. */
export const defaultAckDeadlineMs = 10_000
/** Bytes of one `fetch(keepalive)` or beacon body: the browser's 64 KiB budget is shared by all in flight. */
export const defaultExitBudgetBytes = 61_440
/** UTF-8 bytes of a frame, or of an inflated POST body. */
export const maxFrameBytes = 262_144
/** UTF-8 bytes of one event, as JSON. */
export const maxEventBytes = 65_536
/** Nested arrays and objects in an event's data. */
export const maxEventDepth = 32
/** UTF-16 units of an event's type. */
export const maxTypeLength = 128
/** UTF-8 bytes of the `meta` of a hello, as JSON. */
export const maxMetaBytes = 4096
/** UTF-16 units of a key: a signed token has a few hundred to a few thousand. */
export const maxKeyLength = 4096
/** UTF-16 units of the name of a hello's event definitions. */
export const maxSchemaLength = 128

/** All of them, as options have them. */
export interface ProtocolDefaults {
  readonly batchSize: number
  readonly drainIntervalMs: number
  readonly capacity: number
  readonly windowEvents: number
  /** Milliseconds between two heartbeats of the collector. */
  readonly heartbeatMs: number
  readonly ackDeadlineMs: number
  /** Milliseconds from the open socket to its hello. */
  readonly helloTimeoutMs: number
  readonly maxFrameBytes: number
  /** Elements of a batch, or events of a plain frame or body. */
  readonly maxElements: number
  /** UTF-8 bytes of a frame before hello. */
  readonly maxHelloBytes: number
  readonly maxMetaBytes: number
  readonly maxKeyLength: number
  readonly maxSchemaLength: number
  /**
   * The highest sequence of a session, 2³⁶: 500 events a second for four years, 50,000 for two weeks. What claims
   * more is no count of events, and what is claimed may end in ledgers.
   */
  readonly maxSequence: number
  readonly maxEventBytes: number
  readonly maxDepth: number
  /** Keys of one object in an event's data. */
  readonly maxKeys: number
  readonly maxTypeLength: number
  readonly exitBudgetBytes: number
}

export const protocolDefaults: ProtocolDefaults = {
  batchSize: defaultBatchSize,
  drainIntervalMs: defaultDrainIntervalMs,
  capacity: defaultCapacity,
  windowEvents: defaultWindowEvents,
  heartbeatMs: 15_000,
  ackDeadlineMs: defaultAckDeadlineMs,
  helloTimeoutMs: 5000,
  maxFrameBytes,
  maxElements: 5000,
  maxHelloBytes: 16_384,
  maxMetaBytes,
  maxKeyLength,
  maxSchemaLength,
  maxSequence: 68_719_476_736,
  maxEventBytes,
  maxDepth: maxEventDepth,
  maxKeys: 256,
  maxTypeLength,
  exitBudgetBytes: defaultExitBudgetBytes,
}

/** WebSocket subprotocol of acknowledged delivery. Without it a connection is plain. */
export const subprotocol = 'downlink.v1'

/** Path of both transports. */
export const telemetryPath = '/telemetry'
