/** Hands events to those who listen. A handler that throws is reported and stops neither the others nor the caller. */

export interface HandlerFault<Events> {
  readonly event: keyof Events
  readonly cause: unknown
}

export interface Emitter<Events extends { error: HandlerFault<Events> }> {
  /** Returns its own unsubscribe. The same handler is added to an event once. */
  on<Event extends keyof Events>(event: Event, handler: (value: Events[Event]) => void): () => void
  off<Event extends keyof Events>(event: Event, handler: (value: Events[Event]) => void): void
  emit<Event extends keyof Events>(event: Event, value: Events[Event]): void
  hasListener(event: keyof Events): boolean
}

export function createEmitter<Events extends { error: HandlerFault<Events> }>(): Emitter<Events> {
  const handlers: { [Event in keyof Events]?: Set<(value: Events[Event]) => void> } = {}

  const emitter: Emitter<Events> = {
    on(event, handler) {
      const listening = handlers[event] ?? new Set()
      handlers[event] = listening.add(handler)
      return () => emitter.off(event, handler)
    },
    off(event, handler) {
      handlers[event]?.delete(handler)
    },
    emit(event, value) {
      for (const handler of handlers[event] ?? []) {
        try {
          handler(value)
        } catch (cause) {
          // A fault of an error handler goes nowhere: telling it to itself would never end.
          if (event !== 'error') emitter.emit('error', { event, cause })
        }
      }
    },
    hasListener: (event) => (handlers[event]?.size ?? 0) > 0,
  }
  return emitter
}
