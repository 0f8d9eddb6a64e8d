/** Exports what a Downlink client and a collector agree on. Imports nothing. */

export { type CloseCode, closeCodes } from './close-codes.ts'
export {
  decodeBody,
  decodeClientFrame,
  decodePost,
  isDrop,
  type ReceivedBody,
  spanOf,
} from './decode-client-frame.ts'
export { decodePlain } from './decode-plain.ts'
export { decodeServerFrame } from './decode-server-frame.ts'
export {
  defineEvents,
  type EventDefinitions,
  type EventMap,
  type EventSchemas,
  type EventsOf,
  type PayloadsOf,
  type StoredEventsOf,
} from './define-events.ts'
export { kindOf, messageOf, shown } from './describe.ts'
export { cutElement, type ReceivedElement } from './element.ts'
export { cutEnvelope, readContext, readLabels, type SaidLabels, wholeContext, wholeLabels } from './element-context.ts'
export { encodeBatch, encodeFrame, encodeJson, toJsonValue, utf8Length, wellFormedJson } from './encode.ts'
export {
  type DropCounts,
  type DropReason,
  dropReasons,
  type EventContext,
  eventId,
  isSessionId,
  type RejectionCode,
  rejectionCodes,
  type Said,
  type TelemetryEvent,
  verifyName,
  type WireDrop,
  type WireEvent,
} from './event.ts'
export {
  type CheckedEvent,
  checkEvent,
  type EventFault,
  type EventLimits,
  jsonFault,
} from './event-limits.ts'
export {
  type AckFrame,
  type Batch,
  type BatchFrame,
  type ClientFrame,
  type Feature,
  features,
  type HeartbeatFrame,
  type Hello,
  type HelloFrame,
  type PingFrame,
  type Post,
  type PostAnswer,
  type ReceivedBatch,
  type ReceivedFrame,
  type ReceivedHello,
  type ReceivedPost,
  type Rejection,
  type ServerFrame,
  type SessionMeta,
  type SlowFrame,
  type Totals,
  type WelcomeFrame,
} from './frames.ts'
export type { Decoded, FrameError, FrameErrorCode } from './json.ts'
export { excerpt, isCount, isObject, isTime } from './json.ts'
export { jsonValue, wellFormed } from './json-value.ts'
export { createLeftOut, type LeftOut } from './left-out.ts'
export {
  defaultAckDeadlineMs,
  defaultBatchSize,
  defaultCapacity,
  defaultDrainIntervalMs,
  defaultExitBudgetBytes,
  defaultWindowEvents,
  maxEventBytes,
  maxEventDepth,
  maxFrameBytes,
  maxKeyLength,
  maxMetaBytes,
  maxSchemaLength,
  protocolDefaults,
  subprotocol,
  telemetryPath,
} from './limits.ts'
export {
  type SchemaVersion,
  schemaOfVersion,
  type VersionedSchema,
  versions,
  versionsOf,
} from './schema-versions.ts'
export type { StandardIssue, StandardResult, StandardSchema } from './standard-schema.ts'
export { unknownOptions } from './unknown-options.ts'
