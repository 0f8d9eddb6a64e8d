/** Asks again by itself while the database is away. */
import { isStoreAway } from './api.ts'

const retryDelayMs = 1000

/**
 * @param onAway called each time that the database was away
 * @param signal ends the asking
 */
export async function askAgain<Answer>(
  ask: () => Promise<Answer>,
  onAway: () => void,
  signal: AbortSignal,
  wait: (ms: number) => Promise<void> = delay,
): Promise<Answer> {
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      signal.throwIfAborted()
      if (!isStoreAway(error)) throw error
    }
    onAway()
    await wait(retryDelayMs)
    signal.throwIfAborted()
  }
}

const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
