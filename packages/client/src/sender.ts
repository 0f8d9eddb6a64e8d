/** Sends the line of the outbox over an open socket, as far as window, `bufferedAmount` and poisoned batches allow. */
import { closeCodes, protocolDefaults } from '@downlink/protocol'
import { packBatch } from './batch.ts'
import type { Delivery } from './delivery.ts'
import type { SocketPort } from './environment.ts'
import type { TelemetrySettings } from './options.ts'
import type { Outbox } from './outbox.ts'

export interface Sender {
  /** What the collector's welcome allows. */
  allow(windowEvents: number, maxBatchBytes: number): void
  /** Sends up to sequence `upTo` where it may. Throws where the socket does. */
  drain(socket: SocketPort, upTo: number): void
  /** Says that nothing more follows, where all is sent. */
  end(socket: SocketPort): void
  /** Something was acked: batches may grow again. */
  progressed(): void
  /** The link was lost, with `code`, before anything of its batches was acked. */
  lostWithoutProgress(code: number): void
}

/** A batch that takes the link down with it so often is halved. */
const lossesToHalve = 3

export function createSender(settings: TelemetrySettings, delivery: Delivery, outbox: Outbox): Sender {
  const { batchSize, maxBufferedBytes } = settings
  let windowEvents = settings.windowEvents
  let maxBytes: number = protocolDefaults.maxFrameBytes
  let maxElements = batchSize
  let losses = 0
  return {
    allow(window, maxBatchBytes) {
      windowEvents = Math.min(settings.windowEvents, window)
      maxBytes = Math.min(protocolDefaults.maxFrameBytes, maxBatchBytes)
    },
    drain(socket, upTo) {
      while (outbox.cursor < upTo && socket.bufferedAmount <= maxBufferedBytes) {
        const room = Math.min(maxElements, windowEvents - outbox.flight.size)
        const batch = packBatch(outbox, outbox.cursor, { maxElements: room, maxBytes }, delivery.spelling)
        if (!batch) return
        if (batch.elements.length > 0) socket.send(delivery.frame(batch, { pushed: outbox.pushed }))
        outbox.take(batch.to, batch.unsendable)
        if (!delivery.acked) outbox.settle(batch.to)
      }
    },
    end(socket) {
      const { cursor, pushed } = outbox
      if (!delivery.acked || cursor < pushed) return
      const nothing = { seq: pushed + 1, to: pushed, elements: [], unsendable: new Map() }
      socket.send(delivery.frame(nothing, { pushed, end: true }))
    },
    progressed() {
      losses = 0
      maxElements = Math.min(batchSize, maxElements * 2)
    },
    lostWithoutProgress(code) {
      const tooLarge = code === closeCodes.tooLarge || code === closeCodes.messageTooBig
      if (++losses < lossesToHalve && !tooLarge) return
      losses = 0
      if (maxElements > 1) maxElements = Math.ceil(maxElements / 2)
      // Alone, and still refused for its size: without this it would stand in front of all others for ever.
      else if (tooLarge) outbox.giveUpOldest('oversize')
    },
  }
}
