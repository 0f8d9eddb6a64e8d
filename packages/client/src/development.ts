/** What only a developer needs. A production build leaves this file out. */
import { decodeServerFrame } from '@downlink/protocol'
import type { SocketPort } from './socket.ts'

/** Told of what is going on; warns and catches mistakes where they are made. */
export interface Development {
  /** A payload is kept as it is: from now on, changing it throws. */
  readonly payload: (data: unknown) => void
  /** Telemetry was started, and nobody has decided whether it is on. */
  readonly undecided: () => void
  /** A socket is listened to: what a collector says of the link and its events is worth a warning. */
  readonly watch: (socket: SocketPort) => void
}

export function createDevelopment(warn: (message: string) => void): Development {
  return {
    payload: freeze,
    undecided: () => warn('Telemetry is off: set `enabled`, or `globalThis.downlinkConfig.enabled`.'),
    watch(socket) {
      const { onmessage, onclose } = socket
      socket.onmessage = (event) => {
        const frame = decodeServerFrame(String(event.data))
        const rejected = frame?.t === 'ack' ? frame.rejected : undefined
        for (const { seq, code, message } of rejected ?? []) warn(`Event ${seq} was rejected as ${code}: ${message}`)
        onmessage?.(event)
      }
      socket.onclose = (event) => {
        if (event.reason) warn(`The collector closed the link with ${event.code}: ${event.reason}`)
        onclose?.(event)
      }
    },
  }
}

/** Freezes plain objects and arrays, deeply. Others (typed arrays, DOM nodes, class instances) are left alone. */
function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== Array.prototype) return
  Object.freeze(value)
  Object.values(value).forEach(freeze)
}
