/** Makes the real ports of a spool: the browser's storage and locks. In this folder this file alone touches globals. */
import type { Locks } from './session-lock.ts'

export interface SpoolEnvironment {
  readonly indexedDB: IDBFactory | undefined
  readonly locks: Locks | undefined
}

/** What is not there is undefined, as Web Locks are on plain http. */
export function realSpoolEnvironment(): SpoolEnvironment {
  const scope: Partial<typeof globalThis> = globalThis
  return { indexedDB: scope.indexedDB, locks: scope.navigator?.locks }
}
