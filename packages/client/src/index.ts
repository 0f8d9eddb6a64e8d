/** Names what a game imports. See docs/guides/instrument-your-game.md. */

export type {
  DropCounts,
  DropReason,
  EventContext,
  EventMap,
  EventsOf,
  Rejection,
  TelemetryEvent,
} from '@downlink/protocol'
export { attachTelemetry, type EmittedEvent, type TelemetrySource } from './attach.ts'
export type { TelemetryBuffer } from './buffer.ts'
export type { ContextChanges, LabelChanges } from './context.ts'
export {
  createTelemetry,
  type FlushResult,
  type PushArguments,
  type Telemetry,
  type TelemetryOptions,
} from './create-telemetry.ts'
export type { OverflowPolicy } from './drop-policy.ts'
export type { LinkState, StopReason } from './link-state.ts'
export { type RawEvent, telemetryDefaults } from './options.ts'
export type { OutboxStats, SpoolState, SpoolStats } from './outbox.ts'
export type { Delivery, Development, DownlinkConfig, Environment, PageSignal, SocketPort } from './ports.ts'
