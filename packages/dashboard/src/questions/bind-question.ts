/** Puts what was picked into a question's SQL. */
import type { Question, QuestionParameter } from '@downlink/collector'
import { type Dialect, writeNumber } from '../dialect/dialect.ts'

/** By parameter, as it stands in the address. */
export type Picks = ReadonlyMap<string, string>

export type BoundQuestion =
  | { readonly ok: true; readonly sql: string }
  /** By parameter, what is expected of it. */
  | { readonly ok: false; readonly faults: ReadonlyMap<string, string> }

/** @example bindQuestion(question, new Map([['event', 'player_died']]), duckdb) */
export function bindQuestion({ parameters, sql }: Question, picks: Picks, dialect: Dialect): BoundQuestion {
  const values = new Map<string, string>()
  const faults = new Map<string, string>()
  for (const parameter of parameters) {
    const pick = picks.get(parameter.name) ?? parameter.default ?? ''
    const value = pick === '' ? (parameter.optional ? 'NULL' : undefined) : sqlOf(parameter, pick, dialect)
    if (value === undefined) faults.set(parameter.name, expectationOf(parameter))
    else values.set(parameter.name, value)
  }
  if (faults.size > 0) return { ok: false, faults }
  const text = sql.map((part) => (typeof part === 'string' ? part : values.get(part.parameter))).join('')
  return { ok: true, sql: text.trim() }
}

/** Undefined where it is not what the parameter takes. */
function sqlOf(parameter: QuestionParameter, pick: string, dialect: Dialect): string | undefined {
  // The database's parser ends at a NUL.
  if (pick.includes('\0')) return undefined
  switch (parameter.kind) {
    case 'type':
    case 'build':
    case 'text':
      return dialect.quoteText(pick)
    case 'label':
      return dialect.keys([pick])
    case 'field':
      return dialect.keys(pathOf(pick))
    case 'types': {
      const types = typesOf(pick)
      return isWithin(parameter, types.length) ? `[${types.map(dialect.quoteText).join(', ')}]` : undefined
    }
    case 'number': {
      const value = /^-?\d{1,15}(\.\d{1,15})?$/.test(pick) ? Number(pick) : Number.NaN
      return isWithin(parameter, value) ? writeNumber(value) : undefined
    }
    case 'span': {
      const seconds = secondsOf(pick) ?? Number.NaN
      return isWithin(parameter, seconds) ? dialect.span(seconds) : undefined
    }
  }
}

const isWithin = ({ min, max }: { readonly min: number; readonly max: number }, value: number): boolean =>
  value >= min && value <= max

function expectationOf(parameter: QuestionParameter): string {
  switch (parameter.kind) {
    case 'types':
      return `${parameter.min} to ${parameter.max} event types`
    case 'number':
      return `a number from ${parameter.min} to ${parameter.max}`
    case 'span':
      return `a time from ${spanText(parameter.min)} to ${spanText(parameter.max)}, such as 90s, 5m, 2h or 7d`
    case 'type':
      return 'an event type'
    case 'field':
      return 'a field of the payload'
    case 'label':
    case 'build':
      return `a ${parameter.kind}`
    case 'text':
      return 'a text'
  }
}

/** Dots lead into objects; a key that has dots of its own is written as a pointer: `/a.b`. */
const pathOf = (field: string): readonly string[] =>
  field.startsWith('/')
    ? field
        .slice(1)
        .split('/')
        .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
    : field.split('.')

/** @example typesOf('round_started,round_ended') */
export const typesOf = (pick: string): readonly string[] =>
  pick
    .split(',')
    .filter((type) => type !== '')
    .map((type) => type.replaceAll('%2C', ',').replaceAll('%25', '%'))

/** A type may have a comma of its own. */
export const pickOfTypes = (types: readonly string[]): string =>
  types.map((type) => type.replaceAll('%', '%25').replaceAll(',', '%2C')).join(',')

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** @example secondsOf('90m') === 5400 */
export function secondsOf(span: string): number | undefined {
  const [, count, unit = ''] = /^(\d{1,9})([smhd])$/.exec(span) ?? []
  return count === undefined ? undefined : Number(count) * (unitSeconds[unit] ?? 1)
}

function spanText(seconds: number): string {
  const [unit, size] = Object.entries(unitSeconds).findLast(([, size]) => seconds % size === 0) ?? ['s', 1]
  return `${seconds / size}${unit}`
}
