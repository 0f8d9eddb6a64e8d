/** Tries again, later each time, for as long as a backend takes nothing. */
import type { SetTimer } from '../clock.ts'
import type { SendOutcome, Transport } from './transport.ts'

export interface RetryingTransport {
  /** Rejects only once `signal` is aborted, as that says. */
  send(body: string, signal: AbortSignal): Promise<Exclude<SendOutcome, { kind: 'unavailable' }>>
}

export interface RetryingTransportOptions {
  readonly transport: Transport
  /** From 0 to below 1. */
  readonly random: () => number
  readonly setTimer: SetTimer
  /** The backend took nothing; it is tried again after so long. */
  readonly onFailure: (reason: string, retryInMs: number) => void
}

/** Doubling, and of it a random part: backends come back to many clients at once. */
const backoff = { firstMs: 1000, maxMs: 60_000, maxRetryAfterMs: 600_000 }

export function createRetryingTransport(options: RetryingTransportOptions): RetryingTransport {
  const { transport, random, setTimer, onFailure } = options
  return {
    async send(body, signal) {
      for (let failures = 0; ; failures++) {
        const outcome = await transport.send(body, signal)
        if (outcome.kind !== 'unavailable') return outcome
        const backoffMs = random() * Math.min(backoff.maxMs, backoff.firstMs * 2 ** failures)
        const delayMs = Math.max(backoffMs, Math.min(outcome.retryAfterMs ?? 0, backoff.maxRetryAfterMs))
        onFailure(outcome.reason, delayMs)
        await pause(delayMs, signal, setTimer)
      }
    },
  }
}

/** Rejects once `signal` is aborted. */
function pause(delayMs: number, signal: AbortSignal, setTimer: SetTimer): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted()
    const abort = (): void => {
      cancel()
      reject(signal.reason)
    }
    const cancel = setTimer(() => {
      signal.removeEventListener('abort', abort)
      resolve()
    }, delayMs)
    signal.addEventListener('abort', abort, { once: true })
  })
}
