/** Bounds the work of others in time: it ends for us at its deadline, whether it ends for itself or not. */

/** A timer of the host, as a port: tests replace it. Returns how to cancel it. */
export type SetTimer = (run: () => void, delayMs: number) => () => void

export const realTimer: SetTimer = (run, delayMs) => {
  const timer = setTimeout(run, delayMs)
  return () => clearTimeout(timer)
}

/** Timers count in 32 bits, and fire at once beyond. */
export const maxDelayMs = 2_147_483_647

/**
 * Settles as the work does, or at the time limit as `onTimeout` does, which throws unless told. What the work comes to
 * later is heard by nobody.
 *
 * @param work gets a signal that is aborted once nobody waits for it any more: it must begin nothing new then
 * @param timeoutMs milliseconds, from 1 to 2147483647
 * @example const answer = await withTimeout(() => page.evaluate(ask), 1000, () => 'late' as const)
 */
export function withTimeout<Result, Late = never>(
  work: (signal: AbortSignal) => PromiseLike<Result>,
  timeoutMs: number,
  onTimeout: () => Late = () => {
    throw new Error(`it had not ended after ${timeoutMs} ms`)
  },
  setTimer: SetTimer = realTimer,
): Promise<Result | Late> {
  const controller = new AbortController()
  return new Promise((resolve, reject) => {
    const succeed = (value: Result): void => {
      cancel()
      resolve(value)
    }
    const fail = (cause: unknown): void => {
      cancel()
      controller.abort(cause)
      reject(cause)
    }
    const giveUp = (): void => {
      try {
        resolve(onTimeout())
        controller.abort()
      } catch (cause) {
        fail(cause)
      }
    }
    const cancel = setTimer(giveUp, timeoutMs)
    // Within a promise, so that a throw is a rejection.
    new Promise<Result>((start) => start(work(controller.signal))).then(succeed, fail)
  })
}

export interface Deadline {
  readonly timeoutMs: number
  /** After the deadline or an abort, to let the work clean up behind itself. */
  readonly graceMs: number
  readonly setTimer: SetTimer
  /** What the work fails with at its deadline. */
  readonly onTimeout: () => Error
  /** The caller's, and what the work fails with once it is aborted. */
  readonly signal?: AbortSignal | undefined
  readonly onAbort: (reason: unknown) => Error
}

export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  /**
   * `stuck`: it was told to end, and is running still. What it says later is not heard.
   * `late`: what it came to within its grace, after it was told to end.
   */
  | { readonly ok: false; readonly error: unknown; readonly stuck: boolean; readonly late?: T }

/** Never rejects. The work's signal is aborted at the deadline, or with the caller's. */
export function underDeadline<T>(
  work: (signal: AbortSignal) => T | PromiseLike<T>,
  { timeoutMs, graceMs, setTimer, onTimeout, signal: caller, onAbort }: Deadline,
): Promise<Outcome<T>> {
  if (caller?.aborted) return Promise.resolve({ ok: false, error: onAbort(caller.reason), stuck: false })
  return new Promise((resolve) => {
    const controller = new AbortController()
    let ended: { readonly error: Error } | undefined

    const end = (error: Error): void => {
      if (ended) return
      ended = { error }
      cancel()
      cancel = setTimer(() => finish({ ok: false, error, stuck: true }), graceMs)
      controller.abort(error)
    }
    const aborted = (): void => end(onAbort(caller?.reason))
    const finish = (outcome: Outcome<T>): void => {
      cancel()
      caller?.removeEventListener('abort', aborted)
      resolve(outcome)
    }
    let cancel = setTimer(() => end(onTimeout()), timeoutMs)
    caller?.addEventListener('abort', aborted)

    // Within a promise, so that a throw is a rejection.
    new Promise<T>((start) => start(work(controller.signal))).then(
      (value) => finish(ended ? { ok: false, error: ended.error, stuck: false, late: value } : { ok: true, value }),
      (error: unknown) => finish({ ok: false, error: ended?.error ?? error, stuck: false }),
    )
  })
}
