/** Holds a value that components read with `useSyncExternalStore`: it tells whoever listens when it is another. */

export interface Observable<Value> {
  snapshot(): Value
  /** @returns ends it */
  subscribe(listener: () => void): () => void
  set(next: Value): void
}

export function createObservable<Value>(initial: Value): Observable<Value> {
  const listeners = new Set<() => void>()
  let current = initial
  return {
    snapshot: () => current,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    set(next) {
      current = next
      for (const listener of listeners) listener()
    },
  }
}
