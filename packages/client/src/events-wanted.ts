/** Asks of a telemetry, as it is compiled, that what records beside it has its events among those of the telemetry. */
import type { EventMap } from '@downlink/protocol'
import type { Telemetry } from './create-telemetry.ts'

/** A telemetry of any events. */
export type AnyTelemetry = Omit<Telemetry<never>, 'push' | '~events'> & TypedPush

/** The part of a telemetry that says what its events are. */
export interface TypedPush {
  readonly '~events'?: EventMap
  push(type: never, ...data: never): void
}

/** Nothing where a telemetry has these events, or any: else a collector that knows its events would refuse them. */
export type WithEvents<Own extends TypedPush, Wanted extends object, Missing> = Own extends {
  readonly '~events'?: infer Events
}
  ? [keyof Wanted] extends [keyof Events]
    ? Wanted extends Pick<Events, keyof Wanted & keyof Events>
      ? unknown
      : Missing
    : Missing
  : unknown
