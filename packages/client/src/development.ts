/** What only a developer needs. A production build leaves this file out. */
import type { Rejection } from '@downlink/protocol'

/** Told of what is going on; warns and catches mistakes where they are made. */
export interface Development {
  /** A payload is kept as it is: from now on, changing it throws. */
  readonly payload: (data: unknown) => void
  /** Telemetry was started, and nobody has decided whether it is on. */
  readonly undecided: () => void
  readonly closed: (code: number, reason: string) => void
  readonly rejected: (rejections: readonly Rejection[] | undefined) => void
}

export function createDevelopment(warn: (message: string) => void): Development {
  return {
    payload: freeze,
    undecided: () => warn('Telemetry is off: set `enabled`, or `globalThis.downlinkConfig.enabled`.'),
    closed(code, reason) {
      if (reason) warn(`The collector closed the link with ${code}: ${reason}`)
    },
    rejected(rejections) {
      for (const { seq, code, message } of rejections ?? []) warn(`Event ${seq} was rejected as ${code}: ${message}`)
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
