/** WebSockets at `/telemetry`: who may connect, how many, heartbeats, and which of the two ways a socket speaks. */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { closeCodes, subprotocol } from '@downlink/protocol'
import { type WebSocket, WebSocketServer } from 'ws'
import { type Keys, requestKey } from '../access/keys.ts'
import type { OriginPolicy } from '../access/origin-policy.ts'
import type { Proxies } from '../access/proxies.ts'
import type { Clock } from '../clock.ts'
import type { CollectorLimits } from '../options.ts'
import type { Sessions } from '../session/sessions.ts'
import { createAckedConnection } from './acked-connection.ts'
import type { Connection } from './connection.ts'
import { createMessageWatch, type MessageWatch } from './message-watch.ts'
import { createPace, type Pace } from './pace.ts'
import type { Hold, PendingWork } from './pending-work.ts'
import { createPlainConnection } from './plain-connection.ts'
import { type Refusals, refusedBy } from './refusals.ts'
import { createSocket, type Socket } from './socket.ts'
import { createSocketCensus, type Seat } from './socket-census.ts'

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
  readonly clock: Clock
}

interface Live {
  readonly ws: WebSocket
  readonly socket: Socket
  readonly connection: Connection
  readonly watch: MessageWatch
  heardAtMs: number
}

export function createWebSocketIngest(options: WebSocketIngestOptions): WebSocketIngest {
  const { sessions, keys, originPolicy, limits, proxies, pending, refusals, clock } = options
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: limits.maxFrameBytes,
    maxFragments,
    maxBufferedChunks,
    perMessageDeflate: false,
    // A pong is an answer, and whoever does not read answers is not sent more of them.
    autoPong: false,
    handleProtocols: (protocols) => (protocols.has(subprotocol) ? subprotocol : false),
  })
  const live = new Set<Live>()
  const census = createSocketCensus(limits)
  let stopped = false
  const beats = setInterval(beat, limits.beatMs).unref()

  return {
    get sockets() {
      return live.size
    },

    upgrade(request, stream, head) {
      // A browser sees a refused upgrade only as 1006, so it is accepted and then closed with a code.
      server.handleUpgrade(request, stream, head, (ws) => accept(ws, request, stream))
    },

    recheckKeys() {
      for (const { connection } of live) connection.recheckKey()
    },

    stop() {
      stopped = true
      clearInterval(beats)
      for (const { ws } of live) ws.pause()
    },

    async close() {
      const gone = [...live].map(({ ws }) => new Promise((resolve) => ws.once('close', resolve)))
      for (const { ws, socket } of live) {
        socket.close(closeCodes.restarting, 'The collector restarts; come back later')
        ws.resume()
      }
      await Promise.all(gone)
    },
  }

  function accept(ws: WebSocket, request: IncomingMessage, stream: Duplex): void {
    const { origin } = request.headers
    const socket = createSocket(ws, {
      maxBufferedBytes: limits.maxBufferedBytes,
      onClose(code, message) {
        const reason = refusedBy[code]
        if (reason) refusals.add(reason, message, origin)
      },
    })
    // `ws` closes with the right code after an error of its own, such as 1009 or 1007.
    ws.on('error', ({ code, message }: NodeJS.ErrnoException) => {
      if (code?.startsWith('WS_ERR')) refusals.add(tooLarge.has(code) ? 'too_large' : 'bad_frame', message, origin)
    })
    const refusal = originPolicy.refusal(request)
    if (stopped) socket.close(closeCodes.restarting, 'The collector restarts; come back later')
    else if (refusal) socket.close(closeCodes.forbidden, refusal)
    else seat(ws, socket, request, stream)
  }

  function seat(ws: WebSocket, socket: Socket, request: IncomingMessage, stream: Duplex): void {
    const address = proxies.senderOf(request)
    const entry = census.enter(address)
    if (entry.kind === 'full') {
      socket.close(closeCodes.tooFast, entry.message)
      return
    }
    const pace = createPace(socket, limits.maxEventsPerSecond, clock.monotonicMs)
    const connection = connectionOf(ws, socket, pace, pending.holdFor(address), request)
    const watch = createMessageWatch(clock.monotonicMs)
    stream.on('data', watch.read)
    if (connection) serve({ ws, socket, connection, watch, heardAtMs: clock.monotonicMs() }, entry.seat, pace)
    else entry.seat.leave()
  }

  function serve(entry: Live, seat: Seat, pace: Pace): void {
    const { ws, socket, connection } = entry
    live.add(entry)
    const helloTimer = setTimeout(() => {
      if (connection.greeting) socket.close(closeCodes.noHello, `Expected hello within ${limits.helloTimeoutMs} ms`)
    }, limits.helloTimeoutMs)
    ws.on('message', (data: Buffer, isBinary) => {
      if (!socket.open || stopped) return
      entry.heardAtMs = clock.monotonicMs()
      if (isBinary) return socket.close(closeCodes.badFrame, 'Expected text frames, got a binary one')
      if (connection.greeting && data.length > limits.maxHelloBytes) {
        return socket.close(closeCodes.tooLarge, `Expected at most ${limits.maxHelloBytes} bytes before the welcome`)
      }
      connection.receive(utf8.decode(data))
      if (!connection.greeting) seat.greeted()
    })
    ws.on('ping', (data) => {
      if (pace.allows(1)) socket.pong(data)
    })
    ws.on('pong', () => {
      if (pace.allows(1)) entry.heardAtMs = clock.monotonicMs()
    })
    ws.once('close', () => {
      clearTimeout(helloTimer)
      live.delete(entry)
      seat.leave()
      if (!stopped) connection.closed()
    })
  }

  function connectionOf(
    ws: WebSocket,
    socket: Socket,
    pace: Pace,
    hold: Hold,
    request: IncomingMessage,
  ): Connection | undefined {
    const { wallMs } = clock
    if (ws.protocol === subprotocol)
      return createAckedConnection({ socket, sessions, keys, limits, pace, hold, wallMs })
    const key = requestKey(request.headers, request.url ?? '/')
    if (!keys.allows(key)) {
      socket.close(closeCodes.unauthorised, 'Expected a valid key')
      return undefined
    }
    return createPlainConnection({ socket, sessions, keys, key, pace, hold, limits, wallMs })
  }

  function beat(): void {
    const nowMs = clock.monotonicMs()
    for (const entry of live) {
      const { ws, socket, connection, watch } = entry
      // What we don't read can't be held against it.
      if (ws.isPaused) {
        entry.heardAtMs = nowMs
        watch.restart()
      }
      if (nowMs - entry.heardAtMs > 2 * limits.beatMs) ws.terminate()
      else if (nowMs - (watch.unfinishedSinceMs ?? nowMs) > limits.requestTimeoutMs) {
        socket.close(closeCodes.tooLarge, `Expected a message to be there within ${limits.requestTimeoutMs} ms`)
      } else {
        connection.beat()
        ws.ping()
      }
    }
  }
}

/** Passes over a byte order mark, as it does in the body of a POST. That it is UTF-8 was checked. */
const utf8 = new TextDecoder()

/** Browsers and proxies cut a message into a few frames at most, and a network these into packets. */
const maxFragments = 128
const maxBufferedChunks = 2048

/** Codes of `ws` for what is over its limits. */
const tooLarge: ReadonlySet<string> = new Set([
  'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH',
  'WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH',
  'WS_ERR_TOO_MANY_BUFFERED_PARTS',
])
