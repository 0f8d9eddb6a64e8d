/** What storages throw, each in its own way, as a few errors. */
import { messageOf } from '@downlink/protocol'
import { WorldStateError } from '../errors.ts'
import type { MayReplace } from './storage-port.ts'

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
