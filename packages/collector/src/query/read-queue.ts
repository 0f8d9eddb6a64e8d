/** Queues reads: a few have a slot and run, some wait for one, and the rest are refused. */
import { CollectorError } from '../errors.ts'
import type { QueryLimits } from './query-limits.ts'

export interface ReadQueue {
  /**
   * Resolves with a slot, which is to be given back.
   *
   * @param signal whoever asked has gone
   * @throws {CollectorError} `query_busy`, `query_interrupted`, `wrong_state`
   */
  takeSlot(signal: AbortSignal | undefined): Promise<void>
  giveSlot(): void
  /** Refuses what waits, and all that comes. */
  close(): void
}

interface Waiting {
  resolve(): void
  reject(error: CollectorError): void
}

export function createReadQueue({
  maxConcurrent,
  maxWaiting,
}: Pick<QueryLimits, 'maxConcurrent' | 'maxWaiting'>): ReadQueue {
  const waiting: Waiting[] = []
  let slots = maxConcurrent
  let closed = false

  return {
    async takeSlot(signal) {
      if (closed) throw closing()
      if (signal?.aborted) throw abandoned()
      if (slots > 0) {
        slots--
        return
      }
      if (waiting.length >= maxWaiting) {
        throw new CollectorError('query_busy', `${maxWaiting} reads are waiting. Try again in a moment.`)
      }
      await turn(signal)
    },
    giveSlot() {
      const next = waiting.shift()
      if (next) next.resolve()
      else slots++
    },
    close() {
      closed = true
      for (const { reject } of waiting.splice(0)) reject(closing())
    },
  }

  function turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiter = { resolve, reject }
      waiting.push(waiter)
      const onAbort = () => {
        const at = waiting.indexOf(waiter)
        if (at < 0) return
        waiting.splice(at, 1)
        reject(abandoned())
      }
      signal?.addEventListener('abort', onAbort, { once: true })
    })
  }
}

export const abandoned = (): CollectorError => new CollectorError('query_interrupted', 'Whoever asked has gone.')

export const closing = (): CollectorError => new CollectorError('wrong_state', 'The collector is closing')
