/** Runs once what several ask for at the same time. A run ends early once nobody waits for it any more. */
import type { Clock } from '../clock.ts'

export interface SharedRuns<Value> {
  /**
   * @param maxAgeMs how long ago a run may have begun to be joined
   * @param gone this one waits no longer; the others do
   * @param run begins anew where there is none to be joined
   */
  join(
    key: string,
    maxAgeMs: number,
    gone: AbortSignal,
    run: (signal: AbortSignal) => Promise<Value>,
  ): Promise<Joined<Value>>
}

export interface Joined<Value> {
  readonly value: Value
  /** Another one began it. */
  readonly isOfAnother: boolean
}

interface Run<Value> {
  readonly beganAtMs: number
  readonly value: Promise<Value>
  readonly ending: AbortController
  waiting: number
}

export function createSharedRuns<Value>({ monotonicMs }: Pick<Clock, 'monotonicMs'>): SharedRuns<Value> {
  const runs = new Map<string, Run<Value>>()

  return {
    async join(key, maxAgeMs, gone, run) {
      gone.throwIfAborted()
      const found = runs.get(key)
      const joined = found && monotonicMs() - found.beganAtMs < maxAgeMs ? found : undefined
      const one = joined ?? begin(key, run)
      return { value: await waitFor(key, one, gone), isOfAnother: joined !== undefined }
    },
  }

  function begin(key: string, run: (signal: AbortSignal) => Promise<Value>): Run<Value> {
    const ending = new AbortController()
    const one: Run<Value> = { beganAtMs: monotonicMs(), value: run(ending.signal), ending, waiting: 0 }
    // A newer one may have its place by now.
    const remove = () => void (runs.get(key) === one && runs.delete(key))
    one.value.then(remove, remove)
    runs.set(key, one)
    return one
  }

  function waitFor(key: string, one: Run<Value>, gone: AbortSignal): Promise<Value> {
    one.waiting++
    return new Promise((resolve, reject) => {
      const leave = () => {
        reject(gone.reason)
        one.waiting--
        if (one.waiting > 0) return
        if (runs.get(key) === one) runs.delete(key)
        one.ending.abort()
      }
      gone.addEventListener('abort', leave, { once: true })
      one.value.then(resolve, reject).finally(() => gone.removeEventListener('abort', leave))
    })
  }
}
