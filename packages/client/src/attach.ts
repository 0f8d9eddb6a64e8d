/** Wires anything that emits telemetry to a telemetry. */
import type { EventMap } from '@downlink/protocol'
import type { Telemetry } from './create-telemetry.ts'

/** An emitter of events, such as a game engine; its own events may be typed by name. */
export interface TelemetrySource<Emitted, Name extends string = string> {
  on(event: Name, handler: (event: Emitted) => void): unknown
  off(event: Name, handler: (event: Emitted) => void): unknown
}

/** What a source emits: an event of the map, its type binding its data. */
export type EmittedEvent<Events extends EventMap> = {
  [Type in keyof Events & string]: { readonly type: Type; readonly data: Events[Type] }
}[keyof Events & string]

/**
 * Pushes what a source emits. Attach before the source starts, or its first events are gone.
 *
 * @returns how to detach
 * @example const detach = attachTelemetry(engine, telemetry)
 */
export function attachTelemetry<Events extends EventMap, const Name extends string = 'telemetry'>(
  source: TelemetrySource<EmittedEvent<Events>, Name>,
  telemetry: Pick<Telemetry<Events>, 'push' | '~events'>,
  { event = 'telemetry' as Name }: { readonly event?: Name } = {},
): () => void {
  const push = telemetry.push as (type: string, data: unknown) => void
  const handler = ({ type, data }: EmittedEvent<Events>): void => push(type, data)
  source.on(event, handler)
  return () => {
    source.off(event, handler)
  }
}
