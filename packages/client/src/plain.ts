/**
 * Delivers to a backend that is not Downlink: whole events go out as JSON arrays or lines, and the collector's part of the
 * conversation is played on this side of the wire.
 */
import {
  type BatchFrame,
  type ClientFrame,
  type DropReason,
  eventId,
  isDrop,
  maxFrameBytes,
  type ServerFrame,
  spanOf,
  type TelemetryEvent,
  type Totals,
  type WireEvent,
} from '@downlink/protocol'
import type { EventFacts } from './context.ts'
import { addDrops, type Drops } from './drop-policy.ts'
import type { Delivery, SocketPort } from './ports.ts'

export interface PlainOptions {
  /** One array a frame, or one event a line. @default 'json-array' */
  readonly format?: 'json-array' | 'ndjson'
}

export const plainDefaults = { format: 'json-array' as 'json-array' | 'ndjson' }

const formats: { readonly [format: string]: (events: readonly TelemetryEvent[]) => string } = {
  'json-array': (events) => JSON.stringify(events),
  ndjson: (events) => events.map((event) => `${JSON.stringify(event)}\n`).join(''),
}

/**
 * At most once after `send`: what a socket had taken when the network went is lost, and nobody can tell. What no socket
 * took stays in the buffer; leaving the page posts nothing.
 *
 * @example createTelemetry({ url: 'wss://game.example/events', delivery: plain({ format: 'ndjson' }) })
 * A format that there is not is warned of, and the default holds.
 */
export function plain(options: PlainOptions = {}): Delivery {
  const { format = plainDefaults.format } = options
  return (environment) => {
    environment.development?.options({ ...options, format: undefined }, plainDefaults)
    const isKnown = Object.hasOwn(formats, format)
    if (!isKnown) {
      const expected = Object.keys(formats).join(' or ')
      const got = `${JSON.stringify(format)}: ${plainDefaults.format} holds`
      environment.warn(`bad_option: Expected \`format\` to be ${expected}, got ${got}`)
    }
    const encodeEvents = formats[isKnown ? format : plainDefaults.format] ?? JSON.stringify
    const dropped: Drops = {}
    return {
      ...environment,
      createSocket: (url) => createPlainSocket(environment.createSocket(url, []), encodeEvents, dropped),
      post: async () => undefined,
    }
  }
}

/** @param dropped what the session has given up by now; this socket's part is added */
function createPlainSocket(
  wire: SocketPort,
  encodeEvents: (events: readonly TelemetryEvent[]) => string,
  dropped: Drops,
): SocketPort {
  const totals: Totals = { dropped, rejected: {} }
  let sessionId = ''
  const answer = (frame: ServerFrame): void => socket.onmessage?.({ data: JSON.stringify(frame) })
  /** Sends the events of a batch; its drops are counted, and not sent. */
  const deliver = ({ seq, events }: BatchFrame): void => {
    const whole: TelemetryEvent[] = []
    let next = seq
    let said: EventFacts = {}
    for (const element of events) {
      const { data, context = said.context, labels = said.labels, ...event } = element as WireEvent
      said = { context, labels }
      if (!isDrop(element)) {
        whole.push({ id: eventId(sessionId, next), ...event, data, ...said, sessionId, seq: next })
      }
      next += spanOf(element)
    }
    if (whole.length > 0) wire.send(encodeEvents(whole))
    for (const { drop } of events.filter(isDrop)) {
      for (const [reason, count] of Object.entries(drop)) addDrops(dropped, reason as DropReason, count)
    }
    answer({ t: 'ack', seq: next - 1, totals })
  }
  const socket: SocketPort = {
    get bufferedAmount() {
      return wire.bufferedAmount
    },
    onopen: null,
    onmessage: null,
    onclose: null,
    onerror: null,
    send(text) {
      const frame: ClientFrame = JSON.parse(text)
      if (frame.t === 'batch') deliver(frame)
      else if (frame.t === 'ping') answer({ t: 'beat' })
      else {
        sessionId = frame.session
        // A whole event is longer than what a collector would get of it: half a frame leaves room for that.
        const limits = { window: Number.MAX_SAFE_INTEGER, maxBatchBytes: maxFrameBytes / 2, beatMs: 0 }
        answer({ t: 'welcome', ack: frame.next - 1, ...limits, now: frame.now, totals })
      }
    },
    close: (code) => wire.close(code),
  }
  wire.onopen = (event) => socket.onopen?.(event)
  wire.onclose = (event) => socket.onclose?.(event)
  wire.onerror = (event) => socket.onerror?.(event)
  return socket
}
