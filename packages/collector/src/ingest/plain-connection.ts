/** Serves one plain WebSocket: arrays or lines of events in, nothing out. */
import { closeCodes, decodePlain } from '@downlink/protocol'
import type { Grant, Keys } from '../access/keys.ts'
import type { CollectorLimits } from '../options.ts'
import type { Session } from '../session/session.ts'
import type { Link } from '../session/session-link.ts'
import type { Sessions } from '../session/sessions.ts'
import type { Hold } from './pending-work.ts'
import type { SocketRateLimiter } from './rate-limiter.ts'
import { type Connection, recheckGrant, refuseFrame, refuseUnavailable, refuseWork, type Socket } from './socket.ts'

export interface PlainConnectionOptions {
  readonly socket: Socket
  readonly sessions: Sessions
  readonly keys: Keys
  readonly key: string | undefined
  readonly rateLimiter: SocketRateLimiter
  readonly hold: Hold
  readonly limits: CollectorLimits
  readonly wallMs: () => number
}

export function createPlainConnection(options: PlainConnectionOptions): Connection {
  const { socket, sessions, keys, key, rateLimiter, hold, limits, wallMs } = options
  /** Begun with the first events: a socket that sends none leaves no trace. */
  let session: Session | undefined
  let grant: Grant | undefined
  void authorise()

  const link: Link = {
    epoch: 1,
    replaced() {},
    failed: () => refuseUnavailable(socket),
  }

  return {
    isHandshaking: false,

    receive(text) {
      const decoded = decodePlain(text, limits.maxElements)
      if (!decoded.ok) return refuseFrame(socket, decoded.error)
      if (!rateLimiter.allows(1 + decoded.value.length)) return
      const release = hold(text.length)
      if (!release) return refuseWork(socket)
      if (!session) {
        session = sessions.openPlain()
        session.attach(link)
      }
      const committed = session.takePlain(decoded.value, false, wallMs()).then(release)
      // There are no acks to hold a plain sender back, so its own socket must.
      if (session.pendingEvents <= 2 * limits.windowEvents) return
      socket.pause()
      void committed.then(socket.resume)
    },

    closed() {
      if (!session) return
      session.detach(link)
      void session.takePlain([], true, wallMs())
    },

    sendHeartbeat() {},

    recheckKey: () => recheckGrant(socket, grant),
  }

  /** Until then nothing is read. */
  async function authorise(): Promise<void> {
    socket.pause()
    const authorisation = await keys.authorise(key)
    socket.resume()
    if (!authorisation.ok) return socket.close(closeCodes.unauthorised, authorisation.message)
    grant = authorisation.grant
    recheckGrant(socket, grant)
  }
}
