/** Runs works one after the other, in the order in which they were asked for: a mutex, by promises. */

/** Begins the work once those before it have ended, and settles as it does: one that fails stops none after it. */
export type SerialQueue = <Result>(work: () => Promise<Result>) => Promise<Result>

export function createSerialQueue(): SerialQueue {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const result = last.then(work)
    last = result.catch(() => {})
    return result
  }
}
