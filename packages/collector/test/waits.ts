/** Bounds what a test waits for, and says what it was. */
import { withTimeout } from '@downlink/artifacts'
import type { Listening } from '@downlink/collector'

/** Well below a test's own limit, which could only say that it is over. */
const patienceMs = 60_000

/**
 * @param what after "Expected", asked for only where it did not come
 * @example await within(once(socket, 'pong'), () => 'an answer to a ping')
 */
export const within = <Value>(value: Promise<Value>, what: () => string): Promise<Value> =>
  withTimeout(
    () => value,
    patienceMs,
    () => {
      throw new Error(`Expected ${what()} within ${patienceMs / 1000} s`)
    },
  )

/**
 * A collector listens after five seconds also where its store has not started by then, and answers what is read with 503.
 *
 * @param listening where the collector is not reached at its address, there is nothing to wait for
 */
export async function untilStoreIsUp({ url }: Pick<Listening, 'url'>): Promise<void> {
  const givesUpAtMs = performance.now() + patienceMs
  while (performance.now() < givesUpAtMs) {
    const answer = await fetch(`${url}/readyz`).catch(() => undefined)
    if (answer === undefined || (await answer.text()).includes('"reads":"ok"')) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
