/** Keeps the WebSockets that have a slot, and closes all of them at the end. */
import { closeCodes } from '@downlink/protocol'
import type { CollectorLimits } from '../options.ts'
import { createHeartbeat, type Heartbeat, type OpenSocket } from './heartbeat.ts'
import type { Socket } from './socket.ts'

export interface OpenSockets extends Pick<Heartbeat, 'listenedMs'> {
  readonly size: number
  add(open: OpenSocket): void
  delete(open: OpenSocket): void
  /** Closes the sockets whose key is gone, or whose token has expired. */
  recheckKeys(): void
  /** Reads no more from any, and sends no more heartbeats. */
  pause(): void
  /** Closes all with 1012. Resolves once they are gone. */
  close(): Promise<void>
}

export function createOpenSockets(limits: CollectorLimits): OpenSockets {
  const all = new Set<OpenSocket>()
  const heartbeat = createHeartbeat(all, limits)

  return {
    get size() {
      return all.size
    },

    listenedMs: heartbeat.listenedMs,

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
      heartbeat.stop()
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
