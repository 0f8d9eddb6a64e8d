/** Sends open WebSockets their heartbeat, and closes those that are silent, whose message never ends, or whose token has expired. */
import { closeCodes } from '@downlink/protocol'
import type { WebSocket } from 'ws'
import type { CollectorLimits } from '../options.ts'
import type { MessageWatch } from './message-watch.ts'
import type { Connection, Socket } from './socket.ts'

/** A WebSocket that has a slot, and what follows it. */
export interface OpenSocket {
  readonly ws: WebSocket
  readonly socket: Socket
  readonly connection: Connection
  readonly watch: MessageWatch
  readonly ping: () => void
  /** In `listenedMs`. */
  heardAtMs: number
}

export interface Heartbeat {
  /**
   * What silence is measured in: it goes on by a heartbeat with each, and stands still with this process. The clock goes on
   * then, and would hold against every socket that nobody has read what it sent.
   */
  listenedMs(): number
  stop(): void
}

/** @param sockets those that are open at each heartbeat */
export function createHeartbeat(sockets: Iterable<OpenSocket>, limits: CollectorLimits): Heartbeat {
  let listenedMs = 0
  let check: NodeJS.Immediate | undefined
  const timer = setInterval(() => {
    listenedMs += limits.heartbeatMs
    // Timers come first after a standstill: what came meanwhile is read before it is missed.
    check = setImmediate(() => {
      for (const open of sockets) checkOrSend(open, listenedMs, limits)
    })
  }, limits.heartbeatMs).unref()
  return {
    listenedMs: () => listenedMs,
    stop() {
      clearInterval(timer)
      clearImmediate(check)
    },
  }
}

/** Closes a socket that is silent, whose message never ends, or whose token has; to any other the heartbeat goes. */
function checkOrSend(open: OpenSocket, listenedMs: number, { heartbeatMs, requestTimeoutMs }: CollectorLimits): void {
  const { ws, socket, connection, watch, ping } = open
  // What we don't read can't be held against it.
  if (ws.isPaused) {
    open.heardAtMs = listenedMs
    watch.restart()
  }
  // It spoke at some time before the heartbeat that followed.
  const silentMs = listenedMs - open.heardAtMs - heartbeatMs
  const unfinishedMs = listenedMs - (watch.unfinishedSinceMs ?? listenedMs) - heartbeatMs
  if (silentMs >= 2 * heartbeatMs) ws.terminate()
  else if (unfinishedMs >= requestTimeoutMs) {
    socket.close(closeCodes.tooLarge, `Expected a message to be there within ${requestTimeoutMs} ms`)
  } else {
    connection.recheckKey()
    connection.sendHeartbeat()
    ping()
  }
}
