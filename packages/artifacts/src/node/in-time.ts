/** A bound for what may never answer: a folder, a pipe, a program. */
import { realTimer, type SetTimer } from '../timer.ts'

/** Rejects at the time limit; what was begun goes on unheard. */
export function inTime<Result>(
  call: () => Promise<Result>,
  timeoutMs: number,
  setTimer: SetTimer = realTimer,
  onTimeout: () => Error = () => new Error(`it had not ended after ${timeoutMs} ms`),
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const cancel = setTimer(() => reject(onTimeout()), timeoutMs)
    call().then(resolve, reject).finally(cancel)
  })
}
