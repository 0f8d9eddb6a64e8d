/** Listens for Ctrl-C, SIGTERM and a closed terminal: the first asks for an orderly end, the second forces one. */
import { endProcess } from './module-guard.ts'

/** As shells have it for Ctrl-C: 128 + SIGINT. */
export const interruptedExitCode = 130
/** A terminal tells every process of its group, and npm passes it on once more: that is still one Ctrl-C. */
const echoMs = 300

export interface Interruption {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal
  /** Leaves signals to others again. */
  release(): void
}

/** @param force what a second signal does. @default ends the process */
export function listenForInterruption(force: () => void = () => endProcess(interruptedExitCode)): Interruption {
  const ending = new AbortController()
  let firstAtMs = Number.POSITIVE_INFINITY
  const onSignal = (): void => {
    if (performance.now() - firstAtMs > echoMs) force()
    firstAtMs = Math.min(firstAtMs, performance.now())
    ending.abort()
  }
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const name of names) process.on(name, onSignal)
  return {
    signal: ending.signal,
    release() {
      for (const name of names) process.off(name, onSignal)
    },
  }
}

/** Aborted by the first of these signals, for as long as the process lives. */
export const untilInterrupted = (): AbortSignal => listenForInterruption().signal

/**
 * What a start comes to. An interruption before that ends the process, with 0: nothing was taken yet that would need
 * an orderly end, and what hangs must not keep it.
 */
export async function startedOrExit<Started extends object>(
  start: Promise<Started>,
  ending: AbortSignal,
): Promise<Started> {
  const started = await Promise.race([start, ended(ending)])
  return started ?? endProcess(0)
}

/** Resolves when aborted, or after the time if there is one. */
export function ended(signal: AbortSignal, afterMs?: number): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', finish)
      resolve()
    }
    const timer = afterMs === undefined ? undefined : setTimeout(finish, afterMs)
    signal.addEventListener('abort', finish)
    if (signal.aborted) finish()
  })
}
