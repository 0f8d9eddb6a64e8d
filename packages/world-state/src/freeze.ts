/** State is shared between versions, snapshots and whoever reads it; frozen, it can be. */

/**
 * Freezes a value and all within it. Stops at what is frozen already, so a new version of a state costs as much as
 * there is new in it.
 */
export function freezeDeep<Value>(value: Value): Value {
  if (isLoose(value)) freezeObject(value)
  return value
}

function freezeObject(value: object): void {
  Object.freeze(value)
  for (const field of Object.values(value)) if (isLoose(field)) freezeObject(field)
}

const isLoose = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Object.isFrozen(value)
