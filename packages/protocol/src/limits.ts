/** Sets the numbers of `downlink.v1`. Both ends import them from here; docs/protocol.md prints them. */

/** Apart from the others, so that a client's bundle holds only these. */
export const maxFrameBytes = 262_144
export const maxEventBytes = 65_536
export const maxEventDepth = 32
export const maxKeyLength = 4096
export const maxMetaBytes = 4096
export const maxSchemaLength = 128
export const maxTypeLength = 128

export const protocolDefaults = {
  /** Events a batch, at most. */
  batchSize: 50,
  /** Between two drains of the buffer. */
  drainIntervalMs: 1000,
  /** Events that the buffer holds, queued and in flight together. */
  capacity: 5000,
  /** Events that may be unacknowledged. */
  windowEvents: 2000,
  /** Between two heartbeats of the collector. */
  heartbeatMs: 15_000,
  /** Silence after which a client with something in flight gives the link up. */
  ackDeadlineMs: 10_000,
  /** From the open socket to its hello. */
  helloTimeoutMs: 5000,
  /** A frame, or an inflated POST body, in UTF-8 bytes. */
  maxFrameBytes: 262_144,
  /** Elements of a batch, or events of a plain frame or body. */
  maxElements: 5000,
  /** A frame before hello. */
  maxHelloBytes: 16_384,
  /** The `meta` of a hello, as JSON. */
  maxMetaBytes: 4096,
  /** UTF-16 units of a key: a signed token has a few hundred to a few thousand. */
  maxKeyLength: 4096,
  /** UTF-16 units of the name of a hello's event definitions. */
  maxSchemaLength: 128,
  /**
   * The highest sequence of a session, 2³⁶: 500 events a second for four years, 50,000 for two weeks. What claims
   * more is no count of events, and what is claimed may end in ledgers.
   */
  maxSequence: 68_719_476_736,
  /** One event, as JSON. */
  maxEventBytes: 65_536,
  /** Nested arrays and objects in an event's data. */
  maxDepth: 32,
  /** Keys of one object in an event's data. */
  maxKeys: 256,
  /** UTF-16 units of an event's type. */
  maxTypeLength: 128,
  /** One `fetch(keepalive)` or beacon body: the browser's 64 KiB budget is shared by all in flight. */
  exitBudgetBytes: 61_440,
} as const

/** WebSocket subprotocol of acknowledged delivery. Without it a connection is plain. */
export const subprotocol = 'downlink.v1'

/** Path of both transports. */
export const telemetryPath = '/telemetry'
