/** Models one of two processes: what it waits for comes when the test says so, and never once it is dead. */
import type { Chance } from '../../packages/cli/src/verify/random.ts'

export interface Half {
  isAlive: boolean
  /** Reads, writes and syncs that are under way. */
  readonly waiting: (() => void)[]
  readonly timers: Set<() => void>
  /** How long it waits for the other half. */
  readonly patience: Set<() => void>
}

export const createHalf = (): Half => ({ isAlive: true, waiting: [], timers: new Set(), patience: new Set() })

export const waitIn = (half: Half): Promise<void> => new Promise((resolve) => half.waiting.push(resolve))

export function release(half: Half | undefined, count: number): void {
  if (half?.isAlive) for (const resolve of half.waiting.splice(0, count)) resolve()
}

/** @param percent of the timers that fall due */
export function expire(timers: ReadonlySet<() => void> | undefined, percent: number, chance: Chance): void {
  for (const timer of [...(timers ?? [])]) if (chance(100) < percent) timer()
}

/** Returns how to cancel it. */
export function timerOf(half: Half, timers: Set<() => void>, run: () => void): () => void {
  const timer = (): void => {
    timers.delete(timer)
    if (half.isAlive) run()
  }
  timers.add(timer)
  return () => void timers.delete(timer)
}
