/** Sends the line of the outbox over an open socket, as far as window, `bufferedAmount` and poisoned batches allow. */
import { type CloseCode, encodeBatch, maxEventBytes, type WelcomeFrame } from '@downlink/protocol'
import type { Pack } from './batch.ts'
import type { TelemetrySettings } from './options.ts'
import type { Outbox } from './outbox.ts'
import type { SocketPort } from './socket.ts'

export interface Sender {
  /** Takes over what the collector allows. */
  welcome(frame: WelcomeFrame): void
  /** Sends full batches, or all there is, where it may. Throws where the socket does. */
  send(socket: SocketPort, all: boolean): void
  /** Something was acked. */
  grow(): void
  /** The link was lost, with `code`, before anything of its batches was acked. */
  shrink(code: number): void
}

/** A batch that takes the link down with it so often is halved. */
const lossesToHalve = 3

const tooLarge: readonly number[] = [4413, 1009] satisfies CloseCode[]

export function createSender(settings: TelemetrySettings, outbox: Outbox, pack: Pack): Sender {
  const { batchSize, windowEvents, maxBufferedBytes } = settings
  let window: number
  let maxBytes: number
  let maxElements = batchSize
  let losses = 0
  return {
    welcome(frame) {
      window = Math.max(1, Math.min(windowEvents, frame.window))
      // A collector with less room than one event says so by closing with 4413.
      maxBytes = Math.max(2 * maxEventBytes, frame.maxBatchBytes)
    },
    send(socket, all) {
      while (socket.bufferedAmount <= maxBufferedBytes && (all || outbox.queued() >= Math.min(maxElements, window))) {
        const { cursor, pushed, inFlight } = outbox
        const elements = pack(outbox, Math.min(maxElements, window - inFlight), maxBytes)
        if (elements.length === 0) return
        socket.send(encodeBatch({ t: 'batch', seq: cursor + 1, pushed }, elements))
      }
    },
    grow() {
      losses = 0
      maxElements = Math.min(batchSize, maxElements * 2)
    },
    shrink(code) {
      const isTooLarge = tooLarge.includes(code)
      if (++losses < lossesToHalve && !isTooLarge) return
      losses = 0
      // Alone, and still refused for its size: without this it would stand in front of all others for ever.
      if (isTooLarge && maxElements === 1) outbox.drop('oversize')
      maxElements = Math.ceil(maxElements / 2)
    },
  }
}
