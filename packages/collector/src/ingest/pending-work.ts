/** Bounds what was received and is not yet committed: a store that stalls costs so much memory, and no more. */

export interface PendingLimits {
  readonly maxPendingBytes: number
  readonly maxPendingBytesPerAddress: number
}

/** Holds room for what was received. @returns gives it back; undefined where there is none */
export type Hold = (bytes: number) => (() => void) | undefined

export interface PendingWork {
  /** For an address, which has its own bound below that of all. */
  holdFor(address: string): Hold
}

export function createPendingWork({ maxPendingBytes, maxPendingBytesPerAddress }: PendingLimits): PendingWork {
  /** By address; one that holds nothing is absent. */
  const held = new Map<string, number>()
  let total = 0
  return {
    holdFor: (address) => (bytes) => {
      const before = held.get(address) ?? 0
      // Who holds nothing may always hold one: a body is bounded by itself.
      if (before > 0 && before + bytes > maxPendingBytesPerAddress) return undefined
      if (total > 0 && total + bytes > maxPendingBytes) return undefined
      held.set(address, before + bytes)
      total += bytes
      return () => {
        total -= bytes
        const rest = (held.get(address) ?? 0) - bytes
        if (rest > 0) held.set(address, rest)
        else held.delete(address)
      }
    },
  }
}
