/** Names what a game imports of `@downlink/client/auto`, and puts all of its parts together. */

import type { EventMap } from '@downlink/protocol'
import { device } from './auto/device.ts'
import type { PageScope } from './auto/environment.ts'
import type { AutoEvents } from './auto/events.ts'
import { frames } from './auto/frames.ts'
import { idle } from './auto/idle.ts'
import { instrument, type Taking } from './auto/instrument.ts'
import { loading } from './auto/loading.ts'
import { player } from './auto/player.ts'
import { errors } from './auto/uncaught-errors.ts'
import { visibility } from './auto/visibility.ts'
import { createTelemetry, type Telemetry, type TelemetryOptions } from './create-telemetry.ts'
import { warnOfUnknownOptions } from './environment.ts'
import type { AnyTelemetry } from './events-wanted.ts'

export { device } from './auto/device.ts'
export type { AutoEvents } from './auto/events.ts'
export { frames } from './auto/frames.ts'
export { type IdleOptions, idle } from './auto/idle.ts'
export { instrument, type Part } from './auto/instrument.ts'
export { loading } from './auto/loading.ts'
export { type PlayerOptions, player, resetPlayer } from './auto/player.ts'
export { errors } from './auto/uncaught-errors.ts'
export { visibility } from './auto/visibility.ts'

/**
 * Starts a telemetry, and records beside it what every game wants to know. `instrument` takes some of the parts instead,
 * and what is not named is in no bundle.
 *
 * @returns how to stop
 * @example
 * const telemetry = createTelemetry({ url: '/telemetry', enabled: true })
 * auto(telemetry)
 */
export function auto<Own extends AnyTelemetry>(
  telemetry: Own & Taking<Own, keyof AutoEvents>,
  scope?: PageScope,
): () => void {
  warnOfUnknownOptions(scope, [])
  return instrument(telemetry, everything(), scope)
}

/**
 * Creates a telemetry and records with it what every game wants to know: `createTelemetry` and `auto` in one. The events
 * of `auto` need no naming.
 *
 * @example export const telemetry = startTelemetry({ enabled: true, build: '1.4.2' })
 */
export function startTelemetry<Events extends object = EventMap>(
  options?: TelemetryOptions<Events & AutoEvents>,
): Telemetry<Events & AutoEvents> {
  const telemetry = createTelemetry<Events & AutoEvents>(options)
  instrument(telemetry as Telemetry, everything())
  return telemetry
}

const everything = () => [errors(), frames(), loading(), visibility(), device(), player(), idle()]
