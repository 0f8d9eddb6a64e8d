/** Attaches a telemetry to anything that emits events. */
import type { Telemetry } from './create-telemetry.ts'
import { warnOfUnknownOptions } from './environment.ts'

/** An emitter of events, such as a game engine; its own events may be typed by name. */
export interface TelemetrySource<Emitted, Name extends string = string> {
  /** May return how to stop; without it there has to be an `off`. */
  on(event: Name, handler: (event: Emitted) => void): unknown
  off?(event: Name, handler: (event: Emitted) => void): unknown
}

/** What a source emits: an event of the map, its type binding its data; and when it happened, where it says so. */
export type EmittedEvent<Events extends object> = {
  [Type in keyof Events & string]: {
    readonly type: Type
    readonly timestamp?: number | undefined
  } & (undefined extends Events[Type] ? { readonly data?: Events[Type] } : { readonly data: Events[Type] })
}[keyof Events & string]

/** Nothing where a source does say what it emits: then it has to be events of the map. */
type Untyped<Source> = Source extends { on(event: never, handler: (event: infer Event) => void): unknown }
  ? unknown extends Event
    ? unknown
    : [Event] extends [{ readonly type: string }]
      ? never
      : unknown
  : unknown

/**
 * Pushes what a source emits, with the timestamp that it brings. What is no event, for it has no `type`, is passed
 * over. Attach before the source starts, or its first events are gone.
 *
 * @returns how to detach
 * @example const detach = attachTelemetry(engine, telemetry)
 */
export function attachTelemetry<Events extends object, const Name extends string = 'telemetry'>(
  source: TelemetrySource<EmittedEvent<Events>, Name>,
  telemetry: Pick<Telemetry<Events>, 'push' | '~events'>,
  options?: { readonly event?: Name },
): () => void
/** For a source that does not say what it emits, such as Node's `EventEmitter`. */
export function attachTelemetry<Source extends TelemetrySource<unknown, Name>, const Name extends string = 'telemetry'>(
  source: Source & Untyped<Source>,
  telemetry: { push(type: never, ...data: never): void },
  options?: { readonly event?: Name },
): () => void
export function attachTelemetry(
  source: TelemetrySource<unknown>,
  { push }: { push(type: string, data: unknown, timestamp: unknown): void },
  options: { readonly event?: string } = {},
): () => void {
  warnOfUnknownOptions(options, ['event'])
  const { event = 'telemetry' } = options
  const handler = (emitted: unknown): void => {
    try {
      const { type, data, timestamp } = Object(emitted)
      if (typeof type === 'string') push(type, data, timestamp)
    } catch {
      // What can't be read is no event; and what is wrong with it must not stop the frame that emitted it.
    }
  }
  const off = source.on(event, handler)
  return () => {
    if (typeof off === 'function') off()
    else source.off?.(event, handler)
  }
}
