/** Keeps what a collector of a cluster knows of the store that it shares, for whoever watches that. */
import type { Clock } from './clock.ts'
import type { SinkLag } from './jetstream/sink-lag.ts'

export interface SharedFigures {
  /** Whether the store answers this collector. */
  readonly isUp: boolean
  /** How long ago the oldest message came that sinks have not stored, in ms; null where the log does not tell. */
  readonly lagMs: number | null
}

export interface SharedFiguresOptions {
  readonly store: { readonly isUp: boolean }
  readonly lag: Pick<SinkLag, 'behindSince'>
  readonly clock: Clock
}

/** Sinks write a second at once. */
const lookMs = 2000

/** @returns the figures as of the last look: a new one is taken while somebody asks, and none where nobody does */
export function createSharedFigures({ store, lag, clock }: SharedFiguresOptions): () => SharedFigures {
  let lookedAtMs = Number.NEGATIVE_INFINITY
  let sinceMs: number | undefined
  let isKnown = false
  return () => {
    if (clock.monotonicMs() - lookedAtMs >= lookMs) void look()
    const lagMs = sinceMs === undefined ? 0 : Math.max(0, clock.wallMs() - sinceMs)
    return { isUp: store.isUp, lagMs: isKnown ? lagMs : null }
  }

  async function look(): Promise<void> {
    lookedAtMs = clock.monotonicMs()
    try {
      sinceMs = await lag.behindSince(0)
      isKnown = true
    } catch {
      isKnown = false
    }
  }
}
