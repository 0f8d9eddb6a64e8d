/** Calls code of somebody else's: a bus, a logger, a listener. What fails in it, now or later, is told and stops nothing. */

/** @param onFault hears what the call throws, or what the promise rejects with that it returns; it must not throw */
export function callGuarded<Result>(call: () => Result, onFault: (cause: unknown) => void): Result | undefined {
  try {
    const result = call()
    if (isThenable(result)) result.then(undefined, onFault)
    return result
  } catch (cause) {
    onFault(cause)
    return undefined
  }
}

/** What may still fail after it returned. */
export const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
