/** Keeps saves in the page's `localStorage`: simple, and some 5 MB for all that the origin keeps there. */

import { pageStorage } from '../environment.ts'
import { optionsIn } from '../errors.ts'
import { requireReplaceable, type StoragePort, withStorage } from './storage-port.ts'

export interface LocalStorageOptions {
  /** Before each slot's name. @default 'downlink-save:' */
  readonly prefix?: string
  /** Called at each use, since a page that may not have one is told so by a throw. @default the page's */
  readonly storage?: () => Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>
}

export const localStorageDefaults = { prefix: 'downlink-save:' }

/** @throws {WorldStateError} `bad_option` */
export function createLocalStorage(options: LocalStorageOptions = {}): StoragePort {
  const { prefix = localStorageDefaults.prefix, storage = pageStorage } = optionsIn(options)
  return {
    read: (slot) => withStorage(() => storage().getItem(prefix + slot) ?? undefined),
    write: (slot, text, mayReplace) =>
      withStorage(() => {
        const kept = storage()
        // Nobody of this page writes in between; what another tab wrote in the same instant may not be seen yet.
        requireReplaceable(kept.getItem(prefix + slot) ?? undefined, mayReplace)
        kept.setItem(prefix + slot, text)
      }),
    remove: (slot) => withStorage(() => storage().removeItem(prefix + slot)),
  }
}
