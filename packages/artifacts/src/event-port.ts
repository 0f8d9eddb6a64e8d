/** Where the export tells what it does: a game's event bus, or nothing. */

/** An `EventBus` of @downlink/world-state fits. Where it throws, or what it returns rejects, the export goes on. */
export interface EventPort {
  emit(event: string, payload: unknown): void
}
