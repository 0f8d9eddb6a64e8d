/** Lets days pass in a moment: the wall clock is moved by hand, and timers of a minute or longer go by it. */
import { onTestFinished, vi } from 'vitest'

export interface PassingDays {
  /** Moves the wall clock, and runs the timers that are due by then, each once. */
  advanceTo(atMs: number): void
}

/** What is shorter is a matter of the network or a disk, and passes as it does. */
const heldFromMs = 60_000

export function passDays(startMs: number): PassingDays {
  const { setTimeout: setRealTimeout, clearTimeout: clearRealTimeout } = globalThis
  const held = new Map<NodeJS.Timeout, { readonly run: () => void; readonly dueMs: number }>()
  vi.useFakeTimers({ toFake: ['Date'], now: startMs })
  vi.stubGlobal('setTimeout', (run: () => void, delayMs = 0, ...args: readonly unknown[]) => {
    const timer = setRealTimeout(() => run(...(args as [])), delayMs)
    if (delayMs >= heldFromMs) held.set(timer, { run: () => run(...(args as [])), dueMs: Date.now() + delayMs })
    return timer
  })
  vi.stubGlobal('clearTimeout', (timer: NodeJS.Timeout) => {
    held.delete(timer)
    clearRealTimeout(timer)
  })
  onTestFinished(() => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })
  return {
    advanceTo(atMs) {
      vi.setSystemTime(atMs)
      for (const [timer, { run, dueMs }] of held) {
        if (dueMs > atMs) continue
        clearTimeout(timer)
        run()
      }
    },
  }
}
