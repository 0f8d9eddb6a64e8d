/** Takes WebSockets at `/telemetry`: says who may connect, how many, and which of the two ways a socket speaks. */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { closeCodes, subprotocol } from '@downlink/protocol'
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws'
import { type Keys, requestKey } from '../access/keys.ts'
import type { OriginPolicy } from '../access/origin-policy.ts'
import type { Proxies } from '../access/proxies.ts'
import { type Clock, systemTimer } from '../clock.ts'
import type { RecentDurations } from '../metrics/recent-durations.ts'
import type { CollectorLimits } from '../options.ts'
import type { Sessions } from '../session/sessions.ts'
import { createAckedConnection } from './acked-connection.ts'
import { createConnectionLimiter } from './connection-limiter.ts'
import type { OpenSocket } from './heartbeat.ts'
import { createMessageWatch } from './message-watch.ts'
import { closeForRestart, createOpenSockets } from './open-sockets.ts'
import type { Hold, PendingWork } from './pending-work.ts'
import { createPlainConnection } from './plain-connection.ts'
import { createSocketRateLimiter, type SocketRateLimiter } from './rate-limiter.ts'
import { type Refusals, refusedBy } from './refusals.ts'
import { measureRoundTrips } from './round-trip.ts'
import { type Connection, createSocket, type Socket } from './socket.ts'

export interface WebSocketIngest {
  upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void
  readonly sockets: number
  /** Closes the sockets whose key is gone. */
  recheckKeys(): void
  /** Reads no more from any socket, and refuses new ones. */
  stop(): void
  /** Closes all sockets with 1012. Resolves once they are gone. */
  close(): Promise<void>
}

export interface WebSocketIngestOptions {
  readonly sessions: Sessions
  readonly keys: Keys
  readonly originPolicy: OriginPolicy
  readonly limits: CollectorLimits
  readonly proxies: Proxies
  readonly pending: PendingWork
  readonly refusals: Refusals
  readonly roundTrips: Pick<RecentDurations, 'add'>
  readonly clock: Clock
}

export function createWebSocketIngest(options: WebSocketIngestOptions): WebSocketIngest {
  const { originPolicy, limits, proxies, pending, roundTrips, clock } = options
  const server = new WebSocketServer({ ...serverOptions, maxPayload: limits.maxFrameBytes })
  const openSockets = createOpenSockets(limits)
  const limiter = createConnectionLimiter(limits)
  let stopped = false

  return {
    get sockets() {
      return openSockets.size
    },

    upgrade(request, stream, head) {
      // A browser sees a refused upgrade only as 1006, so it is accepted and then closed with a code.
      server.handleUpgrade(request, stream, head, (ws) => accept(ws, request, stream))
    },

    recheckKeys: openSockets.recheckKeys,

    stop() {
      stopped = true
      openSockets.pause()
    },

    close: openSockets.close,
  }

  function accept(ws: WebSocket, request: IncomingMessage, stream: Duplex): void {
    const socket = createCountedSocket(ws, request.headers.origin, options)
    const refusal = originPolicy.refusal(request)
    if (stopped) closeForRestart(socket)
    else if (refusal) socket.close(closeCodes.forbidden, refusal)
    else connect(ws, socket, request, stream)
  }

  function connect(ws: WebSocket, socket: Socket, request: IncomingMessage, stream: Duplex): void {
    const address = proxies.senderOf(request)
    const acquired = limiter.acquire(address)
    if (!acquired.ok) {
      socket.close(closeCodes.tooFast, acquired.message)
      return
    }
    const rateLimiter = createSocketRateLimiter(socket, limits.maxEventsPerSecond, clock.monotonicMs)
    const connection = createConnection(
      ws,
      { ...options, socket, rateLimiter, hold: pending.holdFor(address) },
      request,
    )
    const watch = createMessageWatch(openSockets.listenedMs)
    stream.on('data', watch.read)
    const { slot } = acquired
    const ping = measureRoundTrips(ws, roundTrips, clock.monotonicMs)
    const open = { ws, socket, connection, watch, ping, heardAtMs: openSockets.listenedMs() }
    openSockets.add(open)
    listen(open, {
      ...{ limits, rateLimiter },
      hears: () => !stopped,
      onHeard() {
        open.heardAtMs = openSockets.listenedMs()
      },
      onHandshaken: slot.endHandshake,
      onClosed() {
        openSockets.delete(open)
        slot.release()
      },
    })
    ping()
  }
}

interface ListenOptions {
  readonly limits: CollectorLimits
  readonly rateLimiter: SocketRateLimiter
  /** False once the collector closes. */
  readonly hears: () => boolean
  readonly onHeard: () => void
  readonly onHandshaken: () => void
  readonly onClosed: () => void
}

function listen(open: OpenSocket, options: ListenOptions): void {
  const { limits, rateLimiter, hears, onHeard, onHandshaken, onClosed } = options
  const { ws, socket, connection } = open
  const cancelHelloTimer = systemTimer(() => {
    if (connection.isHandshaking) socket.close(closeCodes.noHello, `Expected hello within ${limits.helloTimeoutMs} ms`)
  }, limits.helloTimeoutMs)
  ws.on('message', (data: Buffer, isBinary) => {
    if (!socket.open || !hears()) return
    onHeard()
    receive(open, data, isBinary, limits.maxHelloBytes)
    if (!connection.isHandshaking) onHandshaken()
  })
  ws.on('ping', (data) => {
    if (rateLimiter.allows(1)) socket.pong(data)
  })
  ws.on('pong', () => {
    if (rateLimiter.allows(1)) onHeard()
  })
  ws.once('close', () => {
    cancelHelloTimer()
    onClosed()
    if (hears()) connection.closed()
  })
}

function receive({ socket, connection }: OpenSocket, data: Buffer, isBinary: boolean, maxHelloBytes: number): void {
  if (isBinary) socket.close(closeCodes.badFrame, 'Expected text frames, got a binary one')
  else if (connection.isHandshaking && data.length > maxHelloBytes) {
    socket.close(closeCodes.tooLarge, `Expected at most ${maxHelloBytes} bytes before the welcome`)
  } else connection.receive(utf8.decode(data), data)
}

/** Counts what it is refused for, also where `ws` closes it. */
function createCountedSocket(
  ws: WebSocket,
  origin: string | undefined,
  { limits, refusals }: WebSocketIngestOptions,
): Socket {
  // `ws` closes with the right code after an error of its own, such as 1009 or 1007.
  ws.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    if (code?.startsWith('WS_ERR')) refusals.add(tooLarge.has(code) ? 'too_large' : 'bad_frame', message, origin)
  })
  return createSocket(ws, {
    maxBufferedBytes: limits.maxBufferedBytes,
    onClose(code, message) {
      const reason = refusedBy[code]
      if (reason) refusals.add(reason, message, origin)
    },
  })
}

interface ConnectionOptions extends WebSocketIngestOptions {
  readonly socket: Socket
  readonly rateLimiter: SocketRateLimiter
  readonly hold: Hold
}

/** Acknowledged or plain, as its subprotocol says. */
function createConnection(ws: WebSocket, options: ConnectionOptions, request: IncomingMessage): Connection {
  const { wallMs } = options.clock
  if (ws.protocol === subprotocol) return createAckedConnection({ ...options, wallMs })
  return createPlainConnection({ ...options, key: requestKey(request.headers, request.url ?? '/'), wallMs })
}

const serverOptions: ServerOptions = {
  noServer: true,
  // Browsers and proxies cut a message into a few frames at most, and a network these into packets.
  maxFragments: 128,
  maxBufferedChunks: 2048,
  perMessageDeflate: false,
  // A pong is an answer, and whoever does not read answers is not sent more of them.
  autoPong: false,
  handleProtocols: (protocols) => (protocols.has(subprotocol) ? subprotocol : false),
}

/** Passes over a byte order mark, as it does in the body of a POST. That it is UTF-8 was checked. */
const utf8 = new TextDecoder()

/** Codes of `ws` for what is over its limits. */
const tooLarge: ReadonlySet<string> = new Set([
  'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH',
  'WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH',
  'WS_ERR_TOO_MANY_BUFFERED_PARTS',
])
