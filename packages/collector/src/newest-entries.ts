/** Bounds a map to the entries that were set last. */

/** Sets an entry as the newest; beyond the capacity the oldest goes. A Map keeps the order of insertion. */
export function setNewest<Key, Value>(map: Map<Key, Value>, key: Key, value: Value, capacity: number): void {
  map.delete(key)
  map.set(key, value)
  if (map.size <= capacity) return
  for (const oldest of map.keys()) {
    map.delete(oldest)
    return
  }
}
