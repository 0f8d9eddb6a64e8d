/** Turns what a page has used until the script was there into its telemetry. */
import { createErrorLog } from '../auto/uncaught-errors.ts'
import { auto } from '../auto.ts'
import { createTelemetry, type Telemetry, type TelemetryOptions } from '../create-telemetry.ts'

/** A method of the telemetry, and what it was called with; or an error that nobody caught, and when that was. */
export type QueuedCall =
  | readonly [method: 'push' | 'start' | 'stop' | 'setEnabled' | 'setContext' | 'setLabels' | 'identify', ...unknown[]]
  | readonly [method: 'subscribe', listener: () => void, ...unknown[]]
  | readonly [caught: 'caught', event: Event, _: undefined, timestamp: number]

/** What came before the script did. */
export type CallQueue = QueuedCall[] & {
  /** How many there were beyond its bound. */
  readonly lost?: number
}

/**
 * Makes a telemetry with all of `auto`, and makes up for what it missed.
 *
 * @param stub becomes the telemetry: who holds it need not ask for another
 */
export function adopt(stub: object, queue: CallQueue, options?: TelemetryOptions): Telemetry {
  const telemetry = createTelemetry(options)
  Object.defineProperties(stub, Object.getOwnPropertyDescriptors(telemetry))
  // Before anything is read or stored: the player may have said no while the script was on its way.
  const choice = queue.find(([method]) => method === 'setEnabled')
  if (choice && choice[1] !== true) telemetry.setEnabled(false)
  auto(telemetry)
  const { hear, report } = createErrorLog(telemetry)
  for (const call of queue.splice(0)) {
    if (call[0] === 'caught') hear(call[1], call[3])
    else {
      const [method, ...given] = call
      // A page may know more than an older script.
      ;(telemetry[method] as ((...given: readonly unknown[]) => unknown) | undefined)?.(...given)
    }
  }
  report()
  // The page goes on to catch errors, which `auto` hears from now on.
  queue.push = () => 0
  if (queue.lost) telemetry.push('calls_lost', { count: queue.lost })
  return telemetry
}
