/** The port of whatever keeps saves: text by slot. */

/**
 * Each method rejects with a `WorldStateError`: `quota_exceeded`, `conflict`, `storage_timeout`, `storage_blocked`,
 * or `storage_unavailable` for everything else.
 */
export interface StoragePort {
  /** Undefined where the slot is empty. */
  read(slot: string): Promise<string | undefined>
  /**
   * Replaces as a whole: after a failure the slot holds what it held before.
   *
   * @param mayReplace is asked of what the slot holds, and nobody may write in between; where it says no, the slot
   *   stays as it is. A storage that does not ask it lets two that save in the same instant overwrite each other.
   */
  write(slot: string, text: string, mayReplace?: MayReplace): Promise<void>
  /** Emptying an empty slot is no error. */
  remove(slot: string): Promise<void>
}

/** @param held undefined where the slot is empty */
export type MayReplace = (held: string | undefined) => boolean
