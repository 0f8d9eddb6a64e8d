/** Introduces a session to the collector: fetches the key, opens a socket, and says hello on it. */
import { encodeFrame, type Hello, subprotocol, telemetryPath } from '@downlink/protocol'
import type { Clock } from './clock.ts'
import type { Connection } from './connection-timer.ts'
import { closedNormally } from './constants.ts'
import type { TelemetrySettings } from './options.ts'
import type { Outbox } from './outbox.ts'
import type { Environment } from './ports.ts'
import { tooLarge } from './sender.ts'
import type { Session } from './session.ts'

export interface Handshake {
  /** Who we are, and how far we are. */
  hello(): Hello
  /** Calls the collector, with a fresh key where one can be fetched. */
  open(): Promise<void>
  /** Lets the connection go, where there is one; what still comes of it is passed over. */
  close(): void
  /** A hello was refused, with this code: if its description may be why, the next has none. */
  refused(code: number): void
}

/** What a handshake tells its link. */
export interface HandshakeEvents {
  received(data: unknown): void
  closed(code?: number, message?: string): void
  /** No socket can be had. */
  fail(cause: unknown): void
}

export function createHandshake(
  settings: TelemetrySettings,
  environment: Environment,
  outbox: Outbox,
  session: Session,
  clock: Clock,
  connection: Connection,
  on: HandshakeEvents,
): Handshake {
  const { getToken } = settings
  /** The connection epoch: grows when a connection is let go, so that what belongs to an old one can be told. */
  let epoch = 0
  let { key } = settings
  /** False once a collector could not read a hello, or had no room for it: no description is worth the session. */
  let isDescribed = true
  const handshake: Handshake = {
    hello: () => ({
      session: session.id,
      proof: session.proof,
      conn: session.epoch + epoch,
      key,
      next: outbox.acked + 1,
      pushed: outbox.pushed,
      now: clock(),
      ...(isDescribed && { schema: settings.schema, meta: { build: settings.build, labels: settings.labels } }),
    }),
    async open() {
      const ours = epoch
      try {
        const token = getToken ? await getToken() : key
        if (ours !== epoch) return
        key = token
      } catch {
        if (ours === epoch) on.closed()
        return
      }
      try {
        const socket = environment.createSocket(resolveAddress(settings, environment), [subprotocol])
        socket.onopen = () => socket.send(encodeFrame({ t: 'hello', ...handshake.hello() }))
        socket.onmessage = ({ data }) => on.received(data)
        socket.onclose = ({ code, reason }) => on.closed(code, reason || undefined)
        // The close that follows says more; but `ws` throws an error that nobody listens for.
        socket.onerror = () => {}
        environment.development?.watch(socket, outbox.at)
        connection.socket = socket
      } catch (cause) {
        on.fail(cause)
      }
    },
    close() {
      const { socket } = connection
      epoch++
      if (socket) {
        socket.onmessage = socket.onclose = null
        socket.close(closedNormally)
      }
      connection.socket = undefined
    },
    refused(code) {
      if (code === 4400 || tooLarge.includes(code)) isDescribed = false
    },
  }
  return handshake
}

/**
 * One address for the socket and for what is posted when the page is left: the URL is absolute, or relative to the page's own
 * location, for its `<base>` may lead to a CDN; without a path it means `/telemetry`.
 *
 * @returns it by `ws` or `wss`
 * @throws {TypeError} where that makes no URL
 */
export function resolveAddress(settings: TelemetrySettings, environment: Environment): string {
  const resolved = new URL(settings.url?.trim() || telemetryPath, environment.pageUrl)
  if (resolved.pathname === '/') resolved.pathname = telemetryPath
  // No address of a socket may have one, while what is posted may.
  resolved.hash = ''
  return resolved.href.replace(/^http/, 'ws')
}
