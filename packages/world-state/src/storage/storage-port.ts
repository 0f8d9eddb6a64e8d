/** The port of whatever keeps saves: text by slot. */

/** Each method rejects with a `WorldStateError`: `quota_exceeded`, or `storage_unavailable` for everything else. */
export interface StoragePort {
  /** Undefined where the slot is empty. */
  read(slot: string): Promise<string | undefined>
  /** Replaces as a whole: after a failure the slot holds what it held before. */
  write(slot: string, text: string): Promise<void>
  /** Emptying an empty slot is no error. */
  remove(slot: string): Promise<void>
}
