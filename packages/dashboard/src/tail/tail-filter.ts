/** Picks the entries of the tail that somebody wants to see, as the address says. */
import type { Address } from '../router.ts'
import type { TailRow } from './tail.ts'

/** Each is a part of what is looked for, in any case; empty for all. */
export interface TailFilter {
  readonly type: string
  readonly session: string
  readonly build: string
  /** A value, or `name=value`. */
  readonly label: string
  /** Of the payload, or of why it was rejected. */
  readonly text: string
  readonly kind: 'all' | 'rejected'
}

/** What is known of a session beside its id. */
export interface SessionFacts {
  readonly build: string
  readonly labels: Readonly<Record<string, unknown>>
}

export const filterNames = ['type', 'session', 'build', 'label', 'text'] as const

export const readTailFilter = ({ parameters }: Address): TailFilter => ({
  type: parameters.type ?? '',
  session: parameters.session ?? '',
  build: parameters.build ?? '',
  label: parameters.label ?? '',
  text: parameters.text ?? '',
  kind: parameters.kind === 'rejected' ? 'rejected' : 'all',
})

export const isFiltered = (filter: TailFilter): boolean =>
  filter.kind !== 'all' || filterNames.some((name) => filter[name].trim() !== '')

/** Whether sessions have to be known for it. */
export const needsFacts = ({ build, label }: TailFilter): boolean => build.trim() !== '' || label.trim() !== ''

/** @param factsOf undefined where nothing is known of a session yet: then it is left out */
export function matching(
  rows: readonly TailRow[],
  filter: TailFilter,
  factsOf: (sessionId: string) => SessionFacts | undefined,
): readonly TailRow[] {
  if (!isFiltered(filter)) return rows
  const [type, session, build, label, text] = filterNames.map((name) => filter[name].trim().toLowerCase())
  const has = (value: string, part = ''): boolean => value.toLowerCase().includes(part)
  return rows.filter((row) => {
    // What is not there can not be judged, and does not have to be told between what was picked.
    if (row.kind === 'gap') return false
    if (filter.kind === 'rejected' && row.kind !== 'rejected') return false
    if (!has(row.type, type) || !has(row.sessionId, session) || !has(row.text, text)) return false
    if (!needsFacts(filter)) return true
    const facts = factsOf(row.sessionId)
    return facts !== undefined && has(facts.build, build) && hasLabel(facts.labels, label)
  })
}

function hasLabel(labels: SessionFacts['labels'], part = ''): boolean {
  return part === '' || Object.entries(labels).some(([name, value]) => `${name}=${value}`.toLowerCase().includes(part))
}
