/** Sends the line of the outbox over an open socket, as far as window, `bufferedAmount` and poisoned batches allow. */
import { type CloseCode, encodeBatch, maxEventBytes, maxFrameBytes, type WelcomeFrame } from '@downlink/protocol'
import { packBatch, type Spelling } from './batch.ts'
import type { SocketPort } from './environment.ts'
import type { TelemetrySettings } from './options.ts'
import type { Outbox } from './outbox.ts'

export interface Sender {
  /** Takes over what the collector allows. */
  welcome(frame: WelcomeFrame): void
  /** Sends full batches, or all there is, where it may. Throws where the socket does. */
  send(socket: SocketPort, all: boolean): void
  /** The link was lost, with `code`, before anything of its batches was acked. */
  shrink(code: number): void
}

/** A batch that takes the link down with it so often is halved. */
const lossesToHalve = 3

const tooLarge: readonly number[] = [4413, 1009] satisfies CloseCode[]

export function createSender(settings: TelemetrySettings, outbox: Outbox, spell: Spelling, isAcked: boolean): Sender {
  const { batchSize, windowEvents } = settings
  let window = windowEvents
  let maxBytes = maxFrameBytes
  let maxElements = batchSize
  let losses = 0
  let acked = 0
  return {
    welcome(frame) {
      window = Math.max(1, Math.min(windowEvents, frame.window))
      // A collector with less room than one event says so by closing with 4413.
      maxBytes = Math.max(maxEventBytes, Math.min(maxFrameBytes, frame.maxBatchBytes))
    },
    send(socket, all) {
      if (outbox.acked > acked) {
        losses = 0
        maxElements = Math.min(batchSize, maxElements * 2)
      }
      acked = outbox.acked
      while (
        socket.bufferedAmount <= settings.maxBufferedBytes &&
        (all || outbox.queued() >= Math.min(maxElements, window))
      ) {
        const { cursor, pushed, inFlight, told } = outbox
        const entries = outbox.slice(inFlight, Math.min(maxElements, window - inFlight))
        const end = (outbox.slice(inFlight + entries.length, 1)[0]?.seq ?? pushed + 1) - 1
        const { to, elements } = packBatch(outbox, spell, cursor, entries, end, maxBytes, isAcked ? told : undefined)
        if (to === cursor) return
        if (isAcked) socket.send(encodeBatch({ t: 'batch', seq: cursor + 1, pushed }, elements))
        else if (elements[0]) socket.send(settings.format === 'ndjson' ? `${elements.join('\n')}\n` : `[${elements}]`)
        outbox.take(to)
        if (!isAcked) outbox.settle(to)
      }
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
