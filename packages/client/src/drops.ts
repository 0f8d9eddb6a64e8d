/** Drops counted by reason. */
import type { DropReason } from '@downlink/protocol'

/** A reason without drops is absent. */
export type Drops = { [Reason in DropReason]?: number }

export const sumOf = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0)

export function addDrops(drops: Drops, reason: DropReason, count = 1): void {
  drops[reason] = (drops[reason] ?? 0) + count
}
