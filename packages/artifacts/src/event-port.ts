/** Where the export tells what it does: a game's event bus, or nothing. */

/** An `EventBus` of @downlink/world-state fits. It should not throw; where it does, the export goes on. */
export interface EventPort {
  emit(event: string, payload: unknown): void
}
