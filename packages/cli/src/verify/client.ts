/** Runs one session of a verification: the real client, over a real socket, on a page that is hidden and left when it is told so. */
import { connect, isIP } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { createTelemetry, type PageSignal, type Telemetry, type TelemetryOptions } from '@downlink/client'
import { verifyName } from '@downlink/protocol'
import { WebSocket } from 'ws'
import { type AckRecorder, createAckRecorder } from './ack-recorder.ts'
import type { EventSource } from './event-source.ts'
import { unbracketed } from './relay.ts'

export interface Client {
  readonly sessionId: string
  readonly eventAt: EventSource
  /** What was pushed, whose sequences are those from 1 up, and what the collector acknowledged of it. */
  readonly acks: Omit<AckRecorder, 'recordPush' | 'recordAnswer'>
  readonly status: Telemetry['status']
  start(): void
  /** Pushes up to so many events; fewer where there is no room, unless it overflows. */
  push(count: number): void
  /** The page is hidden and shown, or left and come back to: beacons overtake what the socket carries. */
  hideAndShow(isLeft: boolean): void
  /** Resolves once all that was pushed is acknowledged, or to how much is not. */
  flush(timeoutMs: number): Promise<number>
  stop(): void
}

export interface ClientOptions {
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

const roomyCapacity = 5000
const overflowingCapacity = 300
const beaconTimeoutMs = 2000

/** Short, so that a run of seconds meets many reconnections. */
const timing: TelemetryOptions = {
  drainIntervalMs: 40,
  ackDeadlineMs: 1000,
  backoffBaseMs: 20,
  backoffCapMs: 200,
  minUptimeMs: 200,
}

export function createClient(options: ClientOptions): Client {
  const { url, key, run, eventAt, relayPort, overflows = false } = options
  const acks = createAckRecorder(() => performance.now())
  const capacity = overflows ? overflowingCapacity : roomyCapacity
  const page = createPage()
  const telemetry = createTelemetry({
    ...{ ...timing, url, capacity, enabled: true, labels: { [verifyName]: run } },
    ...(key !== undefined && { key }),
    environment: {
      ...{ ...connectionPorts(relayPort, acks), onSignal: page.onSignal },
      development: undefined,
      warn: () => {},
    },
  })

  return {
    get sessionId() {
      return telemetry.sessionId
    },
    eventAt,
    acks,
    status: telemetry.status,
    start: telemetry.start,
    push(count) {
      const { queued, inFlight } = telemetry.stats()
      const room = overflows ? count : Math.min(count, capacity - queued - inFlight)
      for (let left = room; left > 0; left--) {
        const { timestamp, data } = eventAt(acks.pushed + 1)
        telemetry.push(verifyName, data, timestamp)
        acks.recordPush()
      }
    },
    hideAndShow: page.hideAndShow,
    flush: async (timeoutMs) => (await telemetry.flush({ timeoutMs })).remaining,
    stop: telemetry.stop,
  }
}

/** Stands for the page that a client would be on. */
function createPage() {
  let signal: (name: PageSignal) => void = () => {}
  return {
    onSignal(listener: typeof signal) {
      signal = listener
      return () => {}
    },
    hideAndShow(isLeft: boolean): void {
      signal('hidden')
      if (isLeft) signal('pagehide')
      signal(isLeft ? 'pageshow' : 'visible')
    },
  }
}

/** Sockets through the relay, beacons past it; what comes back on either is recorded. */
function connectionPorts(relayPort: number | undefined, acks: AckRecorder) {
  return {
    createSocket(address: string, protocols: string[]) {
      const socket = new WebSocket(address, protocols, relayPort === undefined ? {} : throughRelay(address, relayPort))
      socket.addEventListener('message', ({ data }) => acks.recordAnswer(String(data)))
      return socket
    },
    async post(address: string, body: string) {
      const answer = await sendBeacon(address, body)
      if (answer !== undefined) acks.recordAnswer(answer)
      return answer
    },
  }
}

/** The address stays the collector's, in the request and for its certificate. */
const throughRelay = (address: string, relayPort: number): WebSocket.ClientOptions => ({
  createConnection() {
    const socket = connect({ host: '127.0.0.1', port: relayPort })
    const { protocol, hostname } = new URL(address)
    if (protocol !== 'wss:') return socket
    const host = unbracketed(hostname)
    // No certificate names an IP address as the server that it is asked for (RFC 6066, 3).
    return connectTls({ socket, host, servername: isIP(host) ? '' : host })
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
