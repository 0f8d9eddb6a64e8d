/** Sends the line of the outbox over an open socket, as far as window, `bufferedAmount` and poisoned batches allow. */
import { closeCodes, maxFrameBytes } from '@downlink/protocol'
import { packBatch } from './batch.ts'
import type { Delivery } from './delivery.ts'
import type { SocketPort } from './environment.ts'
import type { TelemetrySettings } from './options.ts'
import type { Outbox } from './outbox.ts'

export interface Sender {
  /** What the collector's welcome allows. */
  allow(windowEvents: number, maxBatchBytes: number): void
  /** Sends up to sequence `due` where it may. Throws where the socket does. */
  send(socket: SocketPort, due: number): void
  /** Something was acked: batches may grow again. */
  grow(): void
  /** The link was lost, with `code`, before anything of its batches was acked. */
  shrink(code: number): void
}

/** A batch that takes the link down with it so often is halved. */
const lossesToHalve = 3

export function createSender(settings: TelemetrySettings, delivery: Delivery, outbox: Outbox): Sender {
  const { batchSize, maxBufferedBytes, windowEvents } = settings
  let window = windowEvents
  let maxBytes = maxFrameBytes
  let maxElements = batchSize
  let losses = 0
  return {
    allow(events, bytes) {
      window = Math.min(windowEvents, events)
      maxBytes = Math.min(maxBytes, bytes)
    },
    send(socket, due) {
      while (outbox.cursor() < due && socket.bufferedAmount <= maxBufferedBytes) {
        const room = Math.min(maxElements, window - outbox.inFlight())
        const batch = packBatch(outbox, outbox.cursor(), room, maxBytes, delivery.spelling)
        if (!batch) return
        if (batch.elements.length > 0) socket.send(delivery.frame(batch, outbox.pushed()))
        outbox.take(batch.to, batch.unsendable)
        if (!delivery.acked) outbox.settle(batch.to)
      }
    },
    grow() {
      losses = 0
      maxElements = Math.min(batchSize, maxElements * 2)
    },
    shrink(code) {
      const tooLarge = code === closeCodes.tooLarge || code === closeCodes.messageTooBig
      if (++losses < lossesToHalve && !tooLarge) return
      losses = 0
      // Alone, and still refused for its size: without this it would stand in front of all others for ever.
      if (tooLarge && maxElements === 1) outbox.dropOldest('oversize')
      maxElements = Math.ceil(maxElements / 2)
    },
  }
}
