/** Work of others under a deadline: it ends for us in time, whether it ends for itself or not. */
import type { SetTimer } from './timer.ts'

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
    new Promise<T>((settle) => settle(work(controller.signal))).then(
      (value) => finish(ended ? { ok: false, error: ended.error, stuck: false, late: value } : { ok: true, value }),
      (error: unknown) => finish({ ok: false, error: ended?.error ?? error, stuck: false }),
    )
  })
}
