/** A decorator for the store: readers give way to a commit that lacks memory, and it is tried once more. */
import type { EventStore } from '../sink/event-store.ts'

const outOfMemory = /Out of Memory|could not allocate/i

export function yieldingStore(store: EventStore, interruptReaders: () => void): EventStore {
  return {
    readPosition: () => store.readPosition(),
    readSessions: (sessionIds) => store.readSessions(sessionIds),
    tryEvent: (run) => store.tryEvent(run),
    async write(group) {
      const outcome = await store.write(group)
      if (outcome.kind !== 'unavailable' || !outOfMemory.test(outcome.reason)) return outcome
      interruptReaders()
      return store.write(group)
    },
  }
}
