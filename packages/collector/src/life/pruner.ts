/** Prunes what is stored: deletes what came before a time, a slice at a time, so that neither acks nor reads wait for it. */
import type { ExpiryBounds, ExpirySlice } from '../query/expiry-plan.ts'
import type { Operations } from './operations.ts'
import type { RetryingStore } from './retrying-store.ts'

export interface Pruner {
  /** Oldest first. Throws as `prune` does. */
  plan(bounds: ExpiryBounds): Promise<readonly ExpirySlice[]>
  /**
   * Deletes slices, as they were planned. What is deleted meanwhile by somebody else is not counted.
   *
   * @throws {CollectorError} `store_unavailable`: what was deleted before stays so
   */
  prune(slices: readonly ExpirySlice[], onProgress?: (progress: PruneProgress) => void): Promise<Pruned>
}

export interface Pruned {
  readonly events: number
  /** Rejected events, whose counts stay. */
  readonly rejected: number
}

export interface PruneProgress extends Pruned {
  /** From 0 to 1. */
  readonly share: number
}

export function createPruner(operations: Operations, store: Pick<RetryingStore, 'ask'>): Pruner {
  return {
    plan: (bounds) => store.ask({ kind: 'expiry-plan', ...bounds }),

    async prune(slices, onProgress) {
      let pruned = nothing
      for (const [at, { receivedBeforeMs }] of slices.entries()) {
        pruned = sumOf([pruned, await operations.run({ kind: 'expire', receivedBeforeMs })])
        onProgress?.({ ...pruned, share: (at + 1) / slices.length })
      }
      return pruned
    },
  }
}

export const nothing: Pruned = { events: 0, rejected: 0 }

export const sumOf = (parts: readonly Pruned[]): Pruned => ({
  events: parts.reduce((sum, { events }) => sum + events, 0),
  rejected: parts.reduce((sum, { rejected }) => sum + rejected, 0),
})
