/** Runs parts beside a telemetry for as long as that is on, and keeps whatever becomes of them away from the game. */
import type { Telemetry } from '../create-telemetry.ts'
import type { AnyTelemetry, WithEvents } from '../events-wanted.ts'
import { type PageScope, pageScope } from './environment.ts'
import type { AutoEvents } from './events.ts'
import { guarded } from './guarded.ts'

/** Records one kind of thing. Made once, it may be run more than once: telemetry is switched off and on. */
export interface Part<Type extends keyof AutoEvents = never> {
  (host: Host): void
  /** Never there at run time: the events that it records. */
  readonly '~types'?: Type
}

/** What a part is run with. What it is given to call may throw. */
export interface Host {
  readonly telemetry: Telemetry<AutoEvents>
  readonly scope: PageScope
  /** Milliseconds of a clock that nobody sets. */
  nowMs(): number
  /** Hears events of the window before all others do, the client's own exit flush among them. */
  on(type: string, listener: (event: Event) => void): void
  /** @returns how to stop it before the part is */
  every(intervalMs: number, run: () => void): () => void
  /** Called when telemetry is off, or its owner has stopped it. */
  onStop(run: () => void): void
  /** Nobody plays: what is measured all the time is not worth its place. Set by `idle`. */
  isIdle?: boolean
}

/** Come all the time, whatever anybody does. */
export const measured: RegExp = /^(frame_times|long_frame|step_times)$/

/** Nothing where a telemetry has the events that parts record. */
export type Taking<Own extends AnyTelemetry, Type extends keyof AutoEvents> = WithEvents<
  Own,
  Pick<AutoEvents, Type>,
  EventsMissing<Type>
>

interface EventsMissing<Type> {
  readonly 'Expected AutoEvents of @downlink/client/auto among the events of createTelemetry': Type
}

/**
 * Starts a telemetry, and runs the parts beside it while it is on: not before the player's consent, and not after it is
 * withdrawn. Never throws; a part that can't work on this page is left out.
 *
 * @returns how to stop them, and the telemetry
 * @example instrument(telemetry, [errors(), frames()])
 */
export function instrument<Own extends AnyTelemetry, Type extends keyof AutoEvents = never>(
  telemetry: Own & Taking<Own, Type>,
  parts: readonly Part<Type>[],
  scope: PageScope = pageScope(),
): () => void {
  let stopParts: (() => void) | undefined
  const follow = (): void => {
    if (!telemetry.enabled === !stopParts) return
    stopParts?.()
    stopParts = telemetry.enabled ? run(telemetry as unknown as Host['telemetry'], parts, scope) : undefined
  }
  // Hears at once of what the player has switched off: a page that is left then leaves nothing behind.
  const unfollow = telemetry.buffer.subscribe(follow)
  follow()
  telemetry.start()
  return () => {
    unfollow()
    stopParts?.()
    telemetry.stop()
  }
}

function run(telemetry: Host['telemetry'], parts: readonly Part<keyof AutoEvents>[], scope: PageScope): () => void {
  const stops: (() => void)[] = []
  const host: Host = {
    telemetry,
    scope,
    nowMs: () => scope.performance?.now?.() ?? Date.now(),
    on(type, listener) {
      const listening = guarded(listener)
      scope.addEventListener?.(type, listening, true)
      stops.push(() => scope.removeEventListener?.(type, listening, true))
    },
    every(intervalMs, tick) {
      const timer = scope.setInterval?.(guarded(tick), intervalMs)
      const stop = (): void => scope.clearInterval?.(timer)
      stops.push(stop)
      return stop
    },
    onStop: (stop) => void stops.push(stop),
  }
  // Where there are no events there is no page, and a timer would keep a Node process from ending.
  guarded(() => {
    if (scope.addEventListener) for (const part of parts) guarded(part)(host)
  })()
  return () => {
    for (const stop of stops) guarded(stop)()
  }
}
