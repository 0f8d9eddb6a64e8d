/** Development only: a payload that is changed after its push throws where it is changed. */

/** Freezes plain objects and arrays, deeply. Others (typed arrays, DOM nodes, class instances) are left alone. */
export function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== Array.prototype) return
  Object.freeze(value)
  Object.values(value).forEach(freeze)
}
