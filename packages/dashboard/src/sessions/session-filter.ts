/** Says which sessions are looked for: as the address has it, and as the collector is asked. */
import type { Address } from '../router.ts'

/** In the address they are called as in the API. */
const names = [
  'text',
  'build',
  'label',
  'value',
  'player',
  'state',
  'error',
  'minLengthMs',
  'maxLengthMs',
  'sort',
] as const

type FilterName = (typeof names)[number]

export type SessionFilter = Readonly<Partial<Record<FilterName, string>>>

/** What is empty, or of no use by itself, is not asked for. */
export function readFilter(parameters: Address['parameters']): SessionFilter {
  const given = names.filter((name) => parameters[name] && (name !== 'value' || parameters.label))
  return Object.fromEntries(given.map((name) => [name, parameters[name]]))
}

/** Whether sessions may be left out; an order leaves out none. */
export const isNarrow = (filter: SessionFilter): boolean => names.some((name) => name !== 'sort' && filter[name])

export const stateTexts = {
  open: 'Open',
  complete: 'Complete',
  lost: 'Lost events',
  lost_page: 'Lost its page',
  rejecting: 'Rejecting',
} as const

export const sortTexts = {
  newest: 'Newest',
  length: 'Longest',
  events: 'Most events',
  missing: 'Most missing',
} as const

export const errorTexts = { true: 'With errors', false: 'Without errors' } as const

/** By milliseconds, as text. */
export const lengthTexts: Readonly<Record<string, string>> = {
  10000: '10 s',
  60000: '1 min',
  300000: '5 min',
  1800000: '30 min',
  3600000: '1 h',
  14400000: '4 h',
}
