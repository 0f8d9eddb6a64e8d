/** Waits for a while, by the timers of the page. */
import type { Environment } from '../ports.ts'

export const sleep = (environment: Pick<Environment, 'setTimer'>, ms: number): Promise<void> =>
  new Promise((resolve) => environment.setTimer(resolve, ms))
