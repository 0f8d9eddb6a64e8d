/** Runs the timer of an open connection: drains after each interval, and gives up a collector that fell silent. */
import { encodeJson } from '@downlink/protocol'
import type { LinkState } from './link-state.ts'
import type { TelemetrySettings } from './options.ts'
import type { Outbox } from './outbox.ts'
import type { Environment, SocketPort } from './ports.ts'

/** The part of a link that its timer and sender use. */
export interface Connection {
  state: LinkState
  /** There while the link is connecting or open. */
  socket?: SocketPort | undefined
}

export interface ConnectionTimer {
  /** Sends all there is, now and after each interval, for as long as the link is open. */
  drain(): void
  /** Drains as soon as the frame is over in which a batch became full. */
  wake(): void
  /** Something came over the socket. */
  heard(): void
  /** Asks for a heartbeat: a socket can read OPEN and be dead. */
  ping(): void
  /** The link is not open any more: what was in flight is queued again. */
  stop(): void
}

/**
 * @param send sends all there is
 * @param lost called where the connection is dead
 */
export function createConnectionTimer(
  settings: TelemetrySettings,
  environment: Environment,
  connection: Connection,
  outbox: Outbox,
  send: (all: boolean) => void,
  lost: () => void,
): ConnectionTimer {
  let cancel: (() => void) | undefined
  /** For how long it has owed an answer, and said nothing, while the page ran: what waits to be read is no silence. */
  let silentMs = 0
  /** A ping is not answered yet. */
  let owesHeartbeat = false
  let drainedAtMs = 0
  const drainAfter = (delayMs: number): void => {
    cancel?.()
    cancel = environment.setTimer(timer.drain, delayMs)
  }
  const timer: ConnectionTimer = {
    drain() {
      const { state } = connection
      if (state.status !== 'open') return
      drainAfter(settings.drainIntervalMs)
      const nowMs = environment.monotonicMs()
      const owesAnswer = owesHeartbeat || outbox.sent > outbox.acked
      const listenedMs = Math.min(nowMs - drainedAtMs, settings.drainIntervalMs)
      silentMs = owesAnswer && nowMs >= state.slowUntilMs ? silentMs + listenedMs : 0
      drainedAtMs = nowMs
      if (silentMs >= settings.ackDeadlineMs) lost()
      else send(true)
    },
    wake: () => drainAfter(0),
    heard() {
      owesHeartbeat = false
      silentMs = 0
    },
    ping() {
      owesHeartbeat = true
      connection.socket?.send(encodeJson({ t: 'ping' }))
    },
    stop() {
      cancel?.()
      owesHeartbeat = false
      outbox.rewind()
    },
  }
  return timer
}
