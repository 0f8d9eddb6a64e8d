/** Follows what was not stored, by reason, and when each was last seen to grow. */
import type { LiveCounters } from '@downlink/collector'

export type LossKind = keyof LiveCounters['reasons']

export interface Loss {
  readonly kind: LossKind
  readonly reason: string
  /** Since the collector's process started. */
  readonly count: number
  /** By the collector's clock; undefined where it was so before this page looked. */
  readonly grewAtMs: number | undefined
}

const kinds: readonly LossKind[] = ['rejected', 'dropped', 'refused']

/** The one that grew last comes first, then the commonest. */
export function followLosses(
  before: readonly Loss[] | undefined,
  { at, reasons }: Pick<LiveCounters, 'at' | 'reasons'>,
): readonly Loss[] {
  const losses = kinds.flatMap((kind) =>
    Object.entries(reasons[kind]).map(([reason, count]): Loss => {
      const known = before?.find((loss) => loss.kind === kind && loss.reason === reason)
      const hasGrown = before !== undefined && count > (known?.count ?? 0)
      return { kind, reason, count, grewAtMs: hasGrown ? at : known?.grewAtMs }
    }),
  )
  return losses.sort((a, b) => (b.grewAtMs ?? 0) - (a.grewAtMs ?? 0) || b.count - a.count)
}
