/** Brings the labels that a write tells to where its session stands in the store. Pure. */
import type { EarlierLabels } from '../commit/session-batch.ts'
import { type SessionRecord, sameLabels } from '../commit/session-record.ts'
import type { SessionWrite } from '../commit/session-write.ts'

export interface AppliedLabels extends Pick<SessionRecord, 'labels' | 'labelsFrom'> {
  /** Those that ended. */
  readonly ended: readonly EarlierLabels[]
}

/**
 * The store may have what the log had when it was another, and the other way round: so what is at or below the store's
 * sequence stays, and what lies beyond is as the write has it.
 *
 * @param before undefined where the store has nothing of it that counts
 */
export function applyLabels({ batches, record }: SessionWrite, before: SessionRecord | undefined): AppliedLabels {
  const latest = { from: record.labelsFrom ?? 1, until: Number.POSITIVE_INFINITY, labels: record.labels }
  const spans = [...batches.flatMap(({ labels }) => labels?.earlier ?? []), latest]
  const [first = latest] = spans
  const next = (before?.committedSeq ?? 0) + 1
  let { from, labels } = before ? { from: before.labelsFrom ?? 1, labels: before.labels } : first
  const ended: EarlierLabels[] = []
  for (const span of record.committedSeq < next ? [] : spans) {
    if (span.until <= next || sameLabels(span.labels, labels)) continue
    const start = Math.max(span.from, next)
    if (start > from) ended.push({ from, until: start, labels })
    from = start
    labels = span.labels
  }
  return { labels, ...(from > 1 && { labelsFrom: from }), ended }
}
