/** Makes the real ports of a spool: the browser's storage and locks. In this folder this file alone touches globals. */

export interface SpoolEnvironment {
  readonly indexedDB: IDBFactory | undefined
  readonly locks: Pick<LockManager, 'request' | 'query'> | undefined
  /** Runs when the page has nothing better to do, or after a second. */
  readonly whenIdle: (run: () => void) => void
}

/** What is not there, or must not be touched, as in some frames, is undefined. */
export function realSpoolEnvironment(): SpoolEnvironment {
  const scope: Partial<typeof globalThis> = globalThis
  return {
    indexedDB: scope.indexedDB,
    locks: scope.navigator?.locks,
    whenIdle: (run) => (scope.requestIdleCallback ? scope.requestIdleCallback(run, { timeout: 1000 }) : run()),
  }
}
