/** Wraps a game's event bus, of whatever make: nothing that it throws, returns or leaves out stops who uses it. */

import { callGuarded, type EventPort } from '@downlink/artifacts'
import { messageOf } from '@downlink/protocol'
import { WorldStateError } from './errors.ts'

/**
 * What a store needs of a bus: an `EventBus`, mitt, Node's `EventEmitter`, eventemitter3, nanoevents, or a game's own.
 * `on` may return its unsubscribe; otherwise `off` is called.
 */
export interface WorldBus extends EventPort {
  on(event: string, listener: (payload: unknown) => void): unknown
  off?(event: string, listener: (payload: unknown) => void): unknown
  /** Where it says that nobody listens, nothing is made for nobody. */
  hasListeners?(event: string): boolean
}

export interface GuardedBus {
  emit(event: string, payload: unknown): void
  /** Returns how to stop listening: afterwards nothing is heard, whatever the bus still calls. */
  listen(event: string, listener: (payload: unknown) => void): () => void
  /** Whether anybody may hear an event. */
  mayHear(event: string): boolean
}

/** @param onFault hears `bus_failed`, once for each method and event: a bus that always throws would drown all else */
export function guardBus(
  bus: (EventPort & Partial<WorldBus>) | null | undefined,
  onFault: (fault: WorldStateError, event: string) => void,
): GuardedBus {
  const reported = new Set<string>()

  function report(method: string, event: string, cause: unknown): void {
    const call = `${method}('${event}')`
    if (reported.has(call)) return
    reported.add(call)
    onFault(new WorldStateError('bus_failed', `The event bus failed at ${call}: ${messageOf(cause)}`, { cause }), event)
  }

  const attempt = (method: string, event: string, call: () => unknown): unknown =>
    callGuarded(call, (cause) => report(method, event, cause))

  return {
    emit(event, payload) {
      attempt('emit', event, () => bus?.emit(event, payload))
    },
    listen(event, listener) {
      let isListening = true
      const heard = (payload: unknown): void => {
        if (isListening) listener(payload)
      }
      const off = attempt('on', event, () => bus?.on?.(event, heard))
      return () => {
        if (!isListening) return
        isListening = false
        attempt('off', event, () => (typeof off === 'function' ? off() : bus?.off?.(event, heard)))
      }
    },
    mayHear: (event) => bus != null && attempt('hasListeners', event, () => bus.hasListeners?.(event)) !== false,
  }
}
