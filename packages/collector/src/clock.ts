/** Reads the two clocks, and sets timers. Whatever lasts is measured with the clock that never steps; the other one is only shown and stored. */

export interface Clock {
  /** Milliseconds since 1970. Someone may set it, an hour back or a minute forward. */
  wallMs(): number
  /** Milliseconds since no time in particular, always forward. */
  monotonicMs(): number
}

export const systemClock: Clock = { wallMs: () => Date.now(), monotonicMs: () => performance.now() }

/** Runs something after a while. @returns how to cancel it */
export type SetTimer = (run: () => void, delayMs: number) => () => void

/**
 * Runs it once what came in time was read. Timers come first after a standstill, and would take for silent whoever spoke
 * meanwhile.
 */
export const systemTimer: SetTimer = (run, delayMs) => {
  let immediate: NodeJS.Immediate | undefined
  const timer = setTimeout(() => {
    immediate = setImmediate(run)
  }, delayMs)
  return () => {
    clearTimeout(timer)
    clearImmediate(immediate)
  }
}
