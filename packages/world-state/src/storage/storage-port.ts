/** Names the port of whatever keeps saves, text by slot, and the few errors that all storages throw. */
import { messageOf } from '@downlink/protocol'
import { WorldStateError } from '../errors.ts'

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

/** Browsers' name for it, then Firefox's old one, then what a full disk and a full quota say in Node. */
const quotaNames = ['QuotaExceededError', 'NS_ERROR_DOM_QUOTA_REACHED', 'ENOSPC', 'EDQUOT']

export function storageFault(cause: unknown): WorldStateError {
  if (cause instanceof WorldStateError) return cause
  const { name, code } = (cause ?? {}) as { name?: unknown; code?: unknown }
  const isFull = [name, code].some((word) => quotaNames.includes(String(word)))
  return isFull
    ? new WorldStateError('quota_exceeded', 'The storage is full', { cause })
    : new WorldStateError('storage_unavailable', `The storage can't be used: ${messageOf(cause)}`, { cause })
}

/** Runs something with a storage; what it throws comes out as a `WorldStateError`. */
export async function withStorage<Result>(run: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await run()
  } catch (cause) {
    throw storageFault(cause)
  }
}

/** @throws {WorldStateError} `conflict` */
export function requireReplaceable(held: string | undefined, mayReplace: MayReplace | undefined): void {
  if (mayReplace?.(held) === false) throw new WorldStateError('conflict', 'The slot holds what may not be replaced')
}
