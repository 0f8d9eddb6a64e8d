/** Tells labels that a session had apart from those that came after them. */
import type { Ledger } from '@downlink/collector'

export interface LabelChange {
  /** The first event that has it so. */
  readonly seq: number
  readonly label: string
  /** Undefined where there was none, or is none any more. */
  readonly before: string | undefined
  readonly after: string | undefined
}

/** In their order. */
export function labelChanges({
  labels = {},
  earlierLabels = [],
}: Pick<Ledger, 'labels' | 'earlierLabels'>): LabelChange[] {
  return earlierLabels.flatMap(({ until: seq, labels: old = {} }, at) => {
    const next = at + 1 < earlierLabels.length ? (earlierLabels[at + 1]?.labels ?? {}) : labels
    const names = [...new Set([...Object.keys(old), ...Object.keys(next)])]
    return names
      .map((label) => ({ seq, label, before: own(old, label), after: own(next, label) }))
      .filter(({ before, after }) => before !== after)
  })
}

const own = (labels: Readonly<Record<string, string>>, name: string): string | undefined =>
  Object.hasOwn(labels, name) ? labels[name] : undefined
