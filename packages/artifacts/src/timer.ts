/** Time, as ports: what tests replace. */

/** Returns how to cancel it. */
export type SetTimer = (run: () => void, delayMs: number) => () => void

export const realTimer: SetTimer = (run, delayMs) => {
  const timer = setTimeout(run, delayMs)
  return () => clearTimeout(timer)
}
