/** Wires anything that emits telemetry to a telemetry. */
import type { EventMap } from '@downlink/protocol'
import type { Telemetry } from './create-telemetry.ts'

/** An emitter of events, such as a game engine. */
export interface TelemetrySource<Emitted> {
  on(event: string, handler: (event: Emitted) => void): unknown
  off(event: string, handler: (event: Emitted) => void): unknown
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
export function attachTelemetry<Events extends EventMap>(
  source: TelemetrySource<EmittedEvent<Events>>,
  telemetry: Pick<Telemetry<Events>, 'push'>,
  { event = 'telemetry' }: { readonly event?: string } = {},
): () => void {
  const push = telemetry.push as (type: string, data: unknown) => void
  const handler = ({ type, data }: EmittedEvent<Events>): void => push(type, data)
  source.on(event, handler)
  return () => {
    source.off(event, handler)
  }
}
