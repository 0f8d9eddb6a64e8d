/** Keeps the WebSockets that have a slot: sends their heartbeats, closes the silent ones, and all of them at the end. */
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

export interface OpenSockets {
  readonly size: number
  /**
   * What silence is measured in: it goes on by a heartbeat with each, and stands still with this process. The clock goes on
   * then, and would hold against every socket that nobody has read what it sent.
   */
  listenedMs(): number
  add(open: OpenSocket): void
  delete(open: OpenSocket): void
  /** Closes the sockets whose key is gone, or whose token has ended. */
  recheckKeys(): void
  /** Reads no more from any, and sends no more heartbeats. */
  pause(): void
  /** Closes all with 1012. Resolves once they are gone. */
  close(): Promise<void>
}

export function createOpenSockets(limits: CollectorLimits): OpenSockets {
  const all = new Set<OpenSocket>()
  let listenedMs = 0
  let check: NodeJS.Immediate | undefined
  const heartbeat = setInterval(() => {
    listenedMs += limits.heartbeatMs
    // Timers come first after a standstill: what came meanwhile is read before it is missed.
    check = setImmediate(() => {
      for (const open of all) checkOrSendHeartbeat(open, listenedMs, limits)
    })
  }, limits.heartbeatMs).unref()

  return {
    get size() {
      return all.size
    },

    listenedMs: () => listenedMs,

    add(open) {
      all.add(open)
    },

    delete(open) {
      all.delete(open)
    },

    recheckKeys() {
      for (const { connection } of all) connection.recheckKey()
    },

    pause() {
      clearInterval(heartbeat)
      clearImmediate(check)
      for (const { ws } of all) ws.pause()
    },

    async close() {
      const gone = [...all].map(({ ws }) => new Promise((resolve) => ws.once('close', resolve)))
      for (const { ws, socket } of all) {
        closeForRestart(socket)
        ws.resume()
      }
      await Promise.all(gone)
    },
  }
}

export function closeForRestart(socket: Socket): void {
  socket.close(closeCodes.restarting, 'The collector restarts; come back later')
}

/** Closes a socket that is silent, whose message never ends, or whose token has; to any other the heartbeat goes. */
function checkOrSendHeartbeat(
  open: OpenSocket,
  listenedMs: number,
  { heartbeatMs, requestTimeoutMs }: CollectorLimits,
): void {
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
