/** Tries again what is refused for a moment: a collector is busy, or its database starts again. */
import { setTimeout as sleep } from 'node:timers/promises'
import { CliError } from './errors.ts'

/** Before each next try. */
const delaysMs = [1000, 2000, 5000, 10_000, 20_000]

/**
 * @param wait between attempts. @default a timer
 * @param isPassing may the same work in a moment? @default what says so itself
 */
export async function retried<Value>(
  attempt: () => Promise<Value>,
  wait: (ms: number) => Promise<unknown> = sleep,
  isPassing: (error: CliError) => boolean = (error) => error.isPassing,
): Promise<Value> {
  for (const delayMs of delaysMs) {
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof CliError && isPassing(error))) throw error
      await wait(delayMs)
    }
  }
  return attempt()
}
