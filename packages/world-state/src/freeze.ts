/** State is shared between versions, snapshots and whoever reads it; frozen, it can be. */

/**
 * Freezes a value and all within it. Stops at what is frozen already, so a new version of a state costs as much as
 * there is new in it.
 */
export function freezeDeep<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  Object.freeze(value)
  for (const key of Object.keys(value)) freezeDeep((value as Record<string, unknown>)[key])
  return value
}
