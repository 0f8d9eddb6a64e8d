/** Delivers records to the backend, and moves on behind them: what it refuses is halved until the culprit stands alone. */
import { type SetTimer, systemTimer } from '../clock.ts'
import type { PlacedRecord } from './batches.ts'
import { encodeRequest } from './export-request.ts'
import type { OtlpReport } from './messages.ts'
import type { SentPosition } from './position-file.ts'
import { createRetryingTransport } from './retrying-transport.ts'
import type { SentProgress } from './sent-progress.ts'
import type { Transport } from './transport.ts'

export interface Delivery {
  /** The backend took nothing at the last try. */
  readonly isAway: boolean
  /** Waits for the backend again, whatever was given up before. */
  begin(): void
  /**
   * Resolves once the records are the backend's, or are refused for good, and the progress is behind them.
   *
   * @param reading aborted where what was read is not to be sent as it is: then no further request begins
   * @throws the reason of `reading`, or of `giveUp`
   */
  deliver(records: readonly PlacedRecord[], after: SentPosition, reading: AbortSignal): Promise<void>
  /** Waits no longer for a backend that is away. */
  giveUpIfAway(): void
  /** Waits no longer for the backend, wherever it is. */
  giveUp(): void
}

export interface DeliveryOptions {
  readonly transport: Transport
  readonly progress: Pick<SentProgress, 'moveTo' | 'failed'>
  readonly onReport: (report: OtlpReport) => void
  /** A request has failed, and is about to be made again. */
  readonly onFailure: () => void
  readonly random?: () => number
  readonly setTimer?: SetTimer
}

export function createDelivery(options: DeliveryOptions): Delivery {
  const { transport, progress, onReport, random = Math.random, setTimer = systemTimer } = options
  const retrying = createRetryingTransport({ transport, random, setTimer, onFailure })
  let isAway = false
  /** Aborted where the backend is not to be waited for. */
  let waiting = new AbortController()

  const delivery: Delivery = {
    get isAway() {
      return isAway
    },
    begin() {
      waiting = new AbortController()
    },
    async deliver(records, after, reading) {
      reading.throwIfAborted()
      const outcome = await retrying.send(encodeRequest(records), waiting.signal)
      if (isAway) onReport({ code: 'back' })
      isAway = false
      if (outcome.kind === 'refused') return deliverHalves(records, after, { reading, reason: outcome.reason })
      const rejected = Math.min(outcome.rejected, records.length)
      if (rejected > 0) onReport({ code: 'rejected', records: rejected })
      await progress.moveTo(after, { sent: records.length - rejected, rejected })
    },
    giveUpIfAway() {
      if (isAway) waiting.abort()
    },
    giveUp() {
      isAway = true
      waiting.abort()
    },
  }
  return delivery

  async function deliverHalves(
    records: readonly PlacedRecord[],
    after: SentPosition,
    { reading, reason }: { readonly reading: AbortSignal; readonly reason: string },
  ): Promise<void> {
    const middle = Math.ceil(records.length / 2)
    const [first, second] = [records.slice(0, middle), records.slice(middle)]
    const last = first.at(-1)
    if (!last || second.length === 0) {
      if (last) onReport({ code: 'refused', sessionId: last.sessionId, seq: last.seq, reason })
      return progress.moveTo(after, { rejected: records.length })
    }
    await delivery.deliver(first, last.after, reading)
    await delivery.deliver(second, after, reading)
  }

  function onFailure(reason: string): void {
    if (!isAway) onReport({ code: 'away', reason })
    isAway = true
    progress.failed(reason)
    options.onFailure()
  }
}
