/** Reads a parameter of a question: what may be picked, and what is picked at first. */
import { LineProblem } from './line-problem.ts'

interface Parameter {
  /** In the SQL: `$name`. */
  readonly name: string
  /** What whoever picks reads. */
  readonly title: string
  /** None picked is NULL in the SQL. */
  readonly optional: boolean
  /** As it stands in an address. */
  readonly default?: string
  /** Words: the first value that has the first of them in its name is picked, else that with the second, and so on. */
  readonly like: readonly string[]
}

/**
 * In the SQL a `type`, a `build` and a `text` are text; `types` a list of text; a `number` a number. In DuckDB's a `field` of a
 * payload and a `label` are the text that `->>` takes, and a `span` is an interval; in ClickHouse's they are the keys that
 * functions such as `JSONExtract` take, and seconds.
 */
export type QuestionParameter = Parameter &
  (
    | { readonly kind: 'type' | 'build' | 'label' | 'text' }
    | { readonly kind: 'field'; readonly of: string }
    /** How many types. */
    | { readonly kind: 'types'; readonly min: number; readonly max: number }
    | { readonly kind: 'number'; readonly min: number; readonly max: number }
    /** Seconds. */
    | { readonly kind: 'span'; readonly min: number; readonly max: number }
  )

const kinds = ['type', 'types', 'build', 'label', 'field of …', 'number', 'span', 'text']

/** What an address says besides: the parameters of every question. */
const takenNames = new Set(['from', 'to', 'build', 'vs'])

/**
 * @param subject `cell (number, 1 to 1000, default 50)`
 * @throws {LineProblem}
 */
export function readParameter(subject: string, title: string): QuestionParameter {
  const [, name = '', inside = ''] = /^([a-z]\w*) *\((.*)\)$/.exec(subject) ?? []
  if (name === '') throw new LineProblem('`parameter name (kind): title`', subject)
  if (takenNames.has(name)) throw new LineProblem(`a name other than ${[...takenNames].join(', ')}`, name)
  const [kind = '', ...words] = inside.split(',').map((word) => word.trim())
  const rules = readRules(words)
  const base = { name, title, optional: rules.optional, like: rules.like }
  const first = rules.default === undefined ? {} : { default: rules.default }
  const [, of] = /^field of (\w+)$/.exec(kind) ?? []
  if (of !== undefined) return { ...base, ...first, kind: 'field', of }
  switch (kind) {
    case 'type':
    case 'build':
    case 'label':
    case 'text':
      return { ...base, ...first, kind }
    case 'types':
      return { ...base, ...first, kind, ...rangeOf(rules.range, { min: 1, max: 12 }, readNumber) }
    case 'number':
      return { ...base, ...first, kind, ...rangeOf(rules.range, { min: -1e15, max: 1e15 }, readNumber) }
    case 'span':
      return { ...base, ...first, kind, ...rangeOf(rules.range, { min: 1, max: 3650 * 86_400 }, readSpan) }
    default:
      throw new LineProblem(`a kind: ${kinds.join(', ')}`, kind)
  }
}

interface Rules {
  readonly optional: boolean
  readonly like: readonly string[]
  readonly default: string | undefined
  readonly range: readonly [min: string, max: string] | undefined
}

function readRules(words: readonly string[]): Rules {
  let optional = false
  let like: readonly string[] = []
  let byDefault: string | undefined
  let range: readonly [string, string] | undefined
  for (const word of words) {
    const [, min, max] = /^(\S+) to (\S+)$/.exec(word) ?? []
    if (word === 'optional') optional = true
    else if (word.startsWith('like ')) like = word.split(/\s+/).slice(1)
    else if (word.startsWith('default ')) byDefault = word.slice('default '.length).trim()
    else if (min !== undefined && max !== undefined) range = [min, max]
    else throw new LineProblem('`optional`, `least to most`, `default value` or `like word word`', word)
  }
  return { optional, like, default: byDefault, range }
}

interface Range {
  readonly min: number
  readonly max: number
}

function rangeOf(range: Rules['range'], widest: Range, read: (text: string) => number | undefined): Range {
  if (range === undefined) return widest
  const [min, max] = range.map(read)
  if (min === undefined || max === undefined || min > max) throw new LineProblem('a range', range.join(' to '))
  return { min, max }
}

function readNumber(text: string): number | undefined {
  return /^-?\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : undefined
}

const secondsOf: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** @example readSpan('90m') === 5400 */
function readSpan(text: string): number | undefined {
  const [, count, unit = ''] = /^(\d{1,9})([smhd])$/.exec(text) ?? []
  return count === undefined ? undefined : Number(count) * (secondsOf[unit] ?? 1)
}
