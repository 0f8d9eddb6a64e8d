/** Lowers the priority of this process: what it does must not take the machine from whoever takes events. */
import { readdirSync } from 'node:fs'
import { constants, getPriority, setPriority } from 'node:os'
import process from 'node:process'

/** Linux has a priority for each thread, which those that it starts from then on take over (setpriority(2)). */
export function lowerPriority(): void {
  const { PRIORITY_BELOW_NORMAL } = constants.priority
  const threads = process.platform === 'linux' ? readdirSync('/proc/self/task').map(Number) : [process.pid]
  for (const thread of threads) {
    try {
      // Whoever has started all of it may have lowered it further: it must not come before its collector.
      if (getPriority(thread) < PRIORITY_BELOW_NORMAL) setPriority(thread, PRIORITY_BELOW_NORMAL)
    } catch {
      // It has ended since, or the system permits it not: it goes without.
    }
  }
}
