/** WebSockets at `/telemetry`: admission, caps, heartbeats, and which of the two ways a socket speaks. */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { closeCodes, subprotocol } from '@downlink/protocol'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Proxies } from '../access/proxies.ts'
import type { CollectorLimits } from '../options.ts'
import type { Sessions } from '../session/sessions.ts'
import { createAckedConnection } from './acked-connection.ts'
import { type Admission, requestKey } from './admission.ts'
import type { Connection } from './connection.ts'
import type { Keys } from './keys.ts'
import { createPace } from './pace.ts'
import { createPlainConnection } from './plain-connection.ts'
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
  readonly admission: Admission
  readonly limits: CollectorLimits
  readonly proxies: Proxies
  readonly now: () => number
}

interface Live {
  readonly ws: WebSocket
  readonly socket: Socket
  readonly connection: Connection
  heardAt: number
}

export function createWebSocketIngest(options: WebSocketIngestOptions): WebSocketIngest {
  const { sessions, keys, admission, limits, proxies, now } = options
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: limits.maxFrameBytes,
    perMessageDeflate: false,
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
      server.handleUpgrade(request, stream, head, (ws) => accept(ws, request))
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

  function accept(ws: WebSocket, request: IncomingMessage): void {
    const socket = createSocket(ws, limits.maxBufferedBytes)
    // `ws` closes with the right code after an error of its own, such as 1009 or 1007.
    ws.on('error', () => {})
    const refusal = admission.refusal(request)
    const seat = refusal === undefined && !stopped ? census.enter(proxies.senderOf(request)) : undefined
    if (stopped) socket.close(closeCodes.restarting, 'The collector restarts; come back later')
    else if (refusal) socket.close(closeCodes.forbidden, refusal)
    else if (seat) serve(ws, socket, seat, request)
    else socket.close(closeCodes.tooFast, 'Expected fewer sockets from this address')
  }

  function serve(ws: WebSocket, socket: Socket, seat: Seat, request: IncomingMessage): void {
    const connection = connectionOf(ws, socket, request)
    if (!connection) {
      seat.leave()
      return
    }
    const entry: Live = { ws, socket, connection, heardAt: now() }
    live.add(entry)
    const helloTimer = setTimeout(() => {
      if (connection.greeting) socket.close(closeCodes.noHello, `Expected hello within ${limits.helloTimeoutMs} ms`)
    }, limits.helloTimeoutMs)
    ws.on('message', (data: Buffer, isBinary) => {
      if (!socket.open || stopped) return
      entry.heardAt = now()
      if (isBinary) return socket.close(closeCodes.badFrame, 'Expected text frames, got a binary one')
      if (connection.greeting && data.length > limits.maxHelloBytes) {
        return socket.close(closeCodes.tooLarge, `Expected at most ${limits.maxHelloBytes} bytes before the welcome`)
      }
      connection.receive(data.toString())
      if (!connection.greeting) seat.greeted()
    })
    ws.on('pong', () => {
      entry.heardAt = now()
    })
    ws.once('close', () => {
      clearTimeout(helloTimer)
      live.delete(entry)
      seat.leave()
      if (!stopped) connection.closed()
    })
  }

  function connectionOf(ws: WebSocket, socket: Socket, request: IncomingMessage): Connection | undefined {
    const pace = createPace(socket, limits.maxEventsPerSecond, now)
    if (ws.protocol === subprotocol) return createAckedConnection({ socket, sessions, keys, limits, pace, now })
    const key = requestKey(request.headers, request.url ?? '/')
    if (!keys.allows(key)) {
      socket.close(closeCodes.unauthorised, 'Expected a valid key')
      return undefined
    }
    return createPlainConnection({ socket, sessions, keys, key, pace, limits, now })
  }

  function beat(): void {
    const silentSince = now() - 2 * limits.beatMs
    for (const { ws, connection, heardAt } of live) {
      if (heardAt < silentSince) ws.terminate()
      else {
        connection.beat()
        ws.ping()
      }
    }
  }
}
