/** Says which event is dropped where there is no room, counts drops by reason, and gives gaps of the line their reasons. */
import type { DropReason } from '@downlink/protocol'

/** Drops counted by reason; one without drops is absent. */
export type Drops = { [Reason in DropReason]?: number }

export function addDrops(drops: Drops, reason: DropReason, count = 1): void {
  drops[reason] = (drops[reason] ?? 0) + count
}

/** Which event gives way where there is no room: the oldest that is queued, or the one that comes. */
export type OverflowPolicy = 'drop-oldest' | 'drop-newest'

/** @returns false where there is none: the one that comes is dropped */
export const makeRoom = (outbox: { drop(reason: DropReason): boolean }, policy: OverflowPolicy): boolean =>
  policy === 'drop-oldest' && outbox.drop('overflow')

/**
 * Gives `gap` drops the reasons of those that were counted and not reported yet, and adds them to `reported`. What nobody
 * counted was drained by hand and did not come back: `cleared`.
 */
export function attributeDrops(gap: number, dropped: Drops, reported: Drops): Drops {
  const drops: Drops = {}
  // An event that was sent and then dropped may turn out stored, but never one that was refused: these come first.
  const counted = Object.entries({ sampled: 0, unencodable: 0, ...dropped })
  for (const [reason, count] of [...counted, ['cleared', Infinity]] as [DropReason, number][]) {
    const unreported = Math.min(gap, count - (reported[reason] ?? 0))
    if (unreported <= 0) continue
    addDrops(drops, reason, unreported)
    addDrops(reported, reason, unreported)
    gap -= unreported
  }
  return drops
}
