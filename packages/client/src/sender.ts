/**
 * Encodes the line of the outbox as batches, and sends them while the link is open, as far as window, `bufferedAmount` and
 * poisoned batches allow.
 */
import {
  type CloseCode,
  encodeBatch,
  encodeJson,
  maxEventBytes,
  maxMetaBytes,
  utf8Length,
  type WelcomeFrame,
} from '@downlink/protocol'
import type { LinkedBuffer } from './buffer.ts'
import { type Connection, type ConnectionTimer, createConnectionTimer } from './connection-timer.ts'
import { dropBytes, headBytes, lossesToHalve } from './constants.ts'
import { attributeDrops } from './drop-policy.ts'
import type { TelemetrySettings } from './options.ts'
import type { Outbox, SendCursor } from './outbox.ts'
import type { Environment } from './ports.ts'

export interface Sender extends ConnectionTimer {
  /** Takes over what the collector allows. */
  welcome(frame: WelcomeFrame): void
  /** Sends full batches, or all there is, where it may. */
  send(all: boolean): void
  /** Drains, and where that is all, says that nothing follows. */
  end(): void
  /** Something was acked: batches grow again. */
  acked(): void
  /** The link was lost, with `code`, before anything of its batches was acked: in the end they are halved. */
  shrink(code: number): void
}

/** What a connection is closed with for the size of what it carried. */
export const tooLarge: readonly number[] = [4413, 1009] satisfies CloseCode[]

/** @param lost called where the socket fails, or is dead */
export function createSender(
  settings: TelemetrySettings,
  environment: Environment,
  connection: Connection,
  { outbox, changed }: LinkedBuffer,
  lost: () => void,
): Sender {
  let window: number
  let maxBytes: number
  let maxElements = settings.batchSize
  let losses = 0
  const sender: Sender = {
    ...createConnectionTimer(settings, environment, connection, outbox, (all) => sender.send(all), lost),
    welcome(frame) {
      window = Math.max(1, Math.min(settings.windowEvents, frame.window))
      // A collector with less room than one event says so by closing with 4413.
      maxBytes = Math.max(2 * maxEventBytes, frame.maxBatchBytes)
    },
    send(all) {
      const { state, socket } = connection
      if (state.status === 'open' && socket && environment.monotonicMs() >= state.slowUntilMs) {
        try {
          while (
            socket.bufferedAmount <= settings.maxBufferedBytes &&
            (all || outbox.queued() >= Math.min(maxElements, window))
          ) {
            const seq = outbox.sent + 1
            const elements = encodeElements(outbox, outbox, Math.min(maxElements, window - outbox.inFlight), maxBytes)
            if (!elements.length) break
            socket.send(encodeBatch({ t: 'batch', seq, pushed: outbox.pushed }, elements))
          }
        } catch {
          lost()
        }
      }
      changed()
    },
    end() {
      sender.drain()
      if (connection.state.status === 'open' && outbox.sent === outbox.pushed) {
        connection.socket?.send(encodeBatch({ t: 'batch', seq: outbox.sent + 1, pushed: outbox.pushed, end: true }, []))
      }
    },
    acked() {
      losses = 0
      maxElements = Math.min(settings.batchSize, maxElements * 2)
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
  return sender
}

/**
 * Encodes a run of the outbox as the elements of a batch, each the JSON of an event or a drop. Events that can't be sent
 * are taken off the line, and reported as drops.
 *
 * @param cursor where the batch starts; it is moved to where the batch ends
 * @param count events, at most; the drops up to the next event are reported with them
 * @param maxBytes of the whole frame or body, in UTF-8
 */
export function encodeElements(outbox: Outbox, cursor: SendCursor, count: number, maxBytes: number): string[] {
  const elements: string[] = []
  const end = cursor.inFlight + count
  /** Context and labels as JSON, as the elements have them by now. */
  const said = { context: '{}', labels: '{}' }
  let roomBytes = maxBytes - headBytes
  const reportDrops = (to: number): void => {
    const gap = to - cursor.sent
    if (gap > 0) elements.push(encodeJson({ drop: attributeDrops(gap, outbox.dropped, cursor.reportedDrops) }))
    cursor.sent = to
  }
  for (;;) {
    const entry = outbox.at(cursor.inFlight)
    if (!entry || cursor.inFlight >= end) {
      reportDrops(entry ? entry.seq - 1 : outbox.pushed)
      return elements
    }
    const facts = entry.facts ?? entry
    let text: string | undefined
    try {
      const { type, timestamp, data } = entry
      text = encodeJson({ type, timestamp, data, version: facts.version })
    } catch {
      // JSON has no words for it: a circle, a `toJSON` that throws.
    }
    if (!text || utf8Length(text) > maxEventBytes) {
      outbox.drop(text ? 'oversize' : 'unencodable', cursor.inFlight)
      continue
    }
    for (const name of ['context', 'labels'] as const) {
      const json = encodeValues(facts[name])
      if (json !== said[name]) text = `{"${name}":${json},${text.slice(1)}`
      said[name] = json
    }
    roomBytes -= utf8Length(text) + 1 + (entry.seq > cursor.sent + 1 ? dropBytes : 0)
    if (roomBytes < 0) return elements
    reportDrops(entry.seq - 1)
    elements.push(text)
    cursor.sent++
    cursor.inFlight++
  }
}

/** The JSON of context or labels: none where it has more bytes than a collector takes, or can't be said. */
function encodeValues(values: object = {}): string {
  try {
    const json = encodeJson(values)
    if (utf8Length(json) <= maxMetaBytes) return json
  } catch {}
  return '{}'
}
