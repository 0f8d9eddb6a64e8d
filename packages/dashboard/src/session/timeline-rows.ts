/** Lists the rows of a timeline: tracks, then a row a type, in the order in which the types first came. */
import { formatCount } from '../format.ts'
import { type Hues, hueOf } from '../hues.ts'
import type { EventColumns } from './event-columns.ts'

interface RowBase {
  readonly key: string
  readonly label: string
  /** How many, or how much; empty where there is nothing to count. */
  readonly note: string
}

export type TimelineRow =
  | (RowBase & { readonly kind: 'frames' | 'link' | 'errors' | 'rejected' | 'gaps' })
  /** Of one type, or of several that have no row of their own. */
  | (RowBase & { readonly kind: 'types'; readonly types: readonly number[]; readonly hue: number })

/** More rows than these are no picture any more: the rarer types share one. */
export const typeRows = 40

export interface RowCounts {
  readonly rejected: number
  readonly gaps: number
  readonly delays: number
  readonly longestDelay: string
  /** Of the frame times; undefined where there are none. */
  readonly frames: { readonly label: string; readonly note: string } | undefined
}

export function timelineRows(columns: EventColumns, counts: RowCounts, hues: Hues): readonly TimelineRow[] {
  const errors = [...columns.errorTypes].reduce((sum, type) => sum + (columns.counts[type] ?? 0), 0)
  const tracks: readonly (TimelineRow | false)[] = [
    counts.frames !== undefined && { key: ':frames', kind: 'frames', ...counts.frames },
    {
      key: ':link',
      kind: 'link',
      label: 'Link',
      note: counts.delays === 0 ? 'prompt' : `late by up to ${counts.longestDelay}`,
    },
    errors > 0 && { key: ':errors', kind: 'errors', label: 'Errors', note: formatCount(errors) },
    counts.rejected > 0 && {
      key: ':rejected',
      kind: 'rejected',
      label: 'Rejected',
      note: formatCount(counts.rejected),
    },
    counts.gaps > 0 && { key: ':gaps', kind: 'gaps', label: 'Not stored', note: formatCount(counts.gaps) },
  ]
  return [...tracks.filter((row) => row !== false), ...rowsOfTypes(columns, hues)]
}

function rowsOfTypes({ types, counts }: EventColumns, hues: Hues): readonly TimelineRow[] {
  const all = types.map((_, type) => type)
  const own =
    types.length <= typeRows
      ? all
      : all
          .toSorted((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0))
          .slice(0, typeRows - 1)
          .toSorted((a, b) => a - b)
  const rows = own.map((type): TimelineRow => {
    const label = types[type] ?? ''
    const note = formatCount(counts[type] ?? 0)
    return { key: label, kind: 'types', label, note, types: [type], hue: hueOf(hues, label) }
  })
  const others = all.filter((type) => !own.includes(type))
  if (others.length === 0) return rows
  const events = others.reduce((sum, type) => sum + (counts[type] ?? 0), 0)
  const label = `${formatCount(others.length)} other types`
  return [...rows, { key: ':others', kind: 'types', label, note: formatCount(events), types: others, hue: 0 }]
}
