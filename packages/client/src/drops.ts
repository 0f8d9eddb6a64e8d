/** Drops counted by reason. */
import type { DropCounts, DropReason } from '@downlink/protocol'

export type MutableDropCounts = { [Reason in DropReason]?: number }

export const sumOf = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0)

/** Adds `counts` to `sum`. A count of 0 is absent. */
export function addCounts(sum: MutableDropCounts, counts: DropCounts, sign = 1): void {
  for (const [reason, count] of Object.entries(counts) as [DropReason, number][]) {
    sum[reason] = (sum[reason] ?? 0) + sign * count
    if (!sum[reason]) delete sum[reason]
  }
}
