/** Keeps saves as long as the page or the process lives: for tests, and where there is no other storage. */
import { requireReplaceable, type StoragePort } from './storage-port.ts'

export function createMemoryStorage(): StoragePort {
  const saves = new Map<string, string>()
  return {
    read: async (slot) => saves.get(slot),
    write: async (slot, text, mayReplace) => {
      requireReplaceable(saves.get(slot), mayReplace)
      saves.set(slot, text)
    },
    remove: async (slot) => {
      saves.delete(slot)
    },
  }
}
