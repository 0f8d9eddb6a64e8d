/** Plays one session of a verification: the real client over a real socket, and what the collector acknowledged of it, by its own frames. */
import { connect, isIP } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { createTelemetry, type PageSignal, type Telemetry } from '@downlink/client'
import { type Rejection, verifyName } from '@downlink/protocol'
import { WebSocket } from 'ws'
import type { EventSource } from './event-source.ts'

export interface Player {
  readonly sessionId: string
  readonly eventAt: EventSource
  /** Events that were pushed: their sequences are those from 1 to this. */
  readonly pushed: number
  /** The highest sequence that a frame or an answer of the collector acknowledged. */
  readonly acked: number
  /** From a push to its acknowledgement, in order of sequence. */
  readonly ackDelaysMs: readonly number[]
  /** The first event that the collector said it rejects. */
  readonly rejection: Rejection | undefined
  readonly status: Telemetry['status']
  start(): void
  /** Pushes up to so many events; fewer where there is no room, unless it overflows. */
  play(count: number): void
  /** The page is hidden, or left, and come back to: beacons overtake what the socket carries. */
  flicker(isLeft: boolean): void
  /** Resolves once all that was pushed is acknowledged, or to how much is not. */
  flush(timeoutMs: number): Promise<number>
  stop(): void
}

export interface PlayerOptions {
  /** Where the collector takes telemetry: `http://…/telemetry`. */
  readonly url: string
  readonly key: string | undefined
  /** Told apart by the label `downlink_verify` from those of other runs. */
  readonly run: string
  readonly eventAt: EventSource
  /** Of a relay on the way there; beacons go past it. */
  readonly relayPort?: number | undefined
  /** Pushes on where there is no room, with a small buffer: some events are dropped, and have to be accounted for. */
  readonly overflows?: boolean
}

const carefulCapacity = 5000
const carelessCapacity = 300
const beaconTimeoutMs = 2000

export function createPlayer(options: PlayerOptions): Player {
  const { url, key, run, eventAt, relayPort, overflows = false } = options
  const acks = createAckWatch()
  const capacity = overflows ? carelessCapacity : carefulCapacity
  let signal: (signal: PageSignal) => void = () => {}
  const telemetry = createTelemetry({
    url,
    ...(key !== undefined && { key }),
    enabled: true,
    capacity,
    labels: { [verifyName]: run },
    drainIntervalMs: 40,
    ackDeadlineMs: 1000,
    backoffBaseMs: 20,
    backoffCapMs: 200,
    minUptimeMs: 200,
    environment: {
      createSocket(address, protocols) {
        const socket = new WebSocket(
          address,
          protocols,
          relayPort === undefined ? {} : throughRelay(address, relayPort),
        )
        socket.addEventListener('message', ({ data }) => acks.hear(String(data)))
        return socket
      },
      async post(address, body) {
        const answer = await sendBeacon(address, body)
        if (answer !== undefined) acks.hear(answer)
        return answer
      },
      onSignal(listener) {
        signal = listener
        return () => {}
      },
      development: undefined,
      warn: () => {},
    },
  })

  return {
    get sessionId() {
      return telemetry.sessionId
    },
    eventAt,
    get pushed() {
      return acks.pushed
    },
    get acked() {
      return acks.delaysMs.length
    },
    ackDelaysMs: acks.delaysMs,
    get rejection() {
      return acks.rejection
    },
    status: telemetry.status,
    start: telemetry.start,
    play(count) {
      const { queued, inFlight } = telemetry.stats()
      const room = overflows ? count : Math.min(count, capacity - queued - inFlight)
      for (let left = room; left > 0; left--) {
        const { timestamp, data } = eventAt(acks.pushed + 1)
        telemetry.push(verifyName, data, timestamp)
        acks.push()
      }
    },
    flicker(isLeft) {
      signal('hidden')
      if (!isLeft) return signal('visible')
      signal('pagehide')
      signal('pageshow')
    },
    flush: async (timeoutMs) => (await telemetry.flush({ timeoutMs })).remaining,
    stop: telemetry.stop,
  }
}

/** Hears what the collector acknowledges, and how long after its push each event is. */
function createAckWatch() {
  const pushedAtMs: number[] = []
  const delaysMs: number[] = []
  let rejection: Rejection | undefined
  return {
    get pushed(): number {
      return pushedAtMs.length
    },
    /** Of what is acknowledged, in order of sequence. */
    delaysMs,
    get rejection(): Rejection | undefined {
      return rejection
    },
    push: () => void pushedAtMs.push(performance.now()),
    hear(text: string): void {
      const said: CollectorAnswer = JSON.parse(text)
      rejection ??= said.rejected?.[0]
      const upTo = Math.min(said.ack ?? (said.t === 'ack' ? (said.seq ?? 0) : 0), pushedAtMs.length)
      const nowMs = performance.now()
      while (delaysMs.length < upTo) delaysMs.push(nowMs - (pushedAtMs[delaysMs.length] ?? nowMs))
    },
  }
}

/** A welcome, an ack, or the answer to a beacon. */
interface CollectorAnswer {
  readonly t?: string
  readonly seq?: number
  readonly ack?: number
  readonly rejected?: readonly Rejection[]
}

/** The address stays the collector's, in the request and for its certificate. */
const throughRelay = (address: string, relayPort: number): WebSocket.ClientOptions => ({
  createConnection() {
    const relay = { host: '127.0.0.1', port: relayPort }
    const { protocol, hostname } = new URL(address)
    return protocol === 'wss:' ? connectTls({ ...relay, servername: isIP(hostname) ? '' : hostname }) : connect(relay)
  },
})

async function sendBeacon(url: string, body: string): Promise<string | undefined> {
  try {
    const answer = await fetch(url, { method: 'POST', body, signal: AbortSignal.timeout(beaconTimeoutMs) })
    return await answer.text()
  } catch {
    return undefined
  }
}
