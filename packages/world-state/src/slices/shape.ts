/** Describes states: a shape checks what a file holds, and gives the type that a game's own code is bound by. */
import type { Json } from '../json.ts'
import { RecordMap } from '../records/record-map.ts'

/** Says what was expected where, or nothing where all is well. */
export interface Shape<Value = unknown> {
  (value: unknown, path: string): string | undefined
  /** For the compiler only. */
  readonly '~value'?: Value
}

/** The type that a shape describes. */
export type ValueOf<S extends Shape> = S extends Shape<infer Value> ? Value : never

const kind =
  <Value>(expected: string, is: (value: unknown) => boolean): Shape<Value> =>
  (value, path) =>
    is(value) ? undefined : `Expected \`${path}\` to be ${expected}`

export const text: Shape<string> = kind('text', (value) => typeof value === 'string')
export const number: Shape<number> = kind('a number', Number.isFinite)
export const flag: Shape<boolean> = kind('true or false', (value) => typeof value === 'boolean')
export const anything: Shape<Json> = () => undefined
const fields: Shape = kind('an object', (value) => typeof value === 'object' && value !== null)

export const oneOf = <const Word extends string>(...words: readonly Word[]): Shape<Word> =>
  kind(`one of ${words.join(', ')}`, (value) => words.includes(value as Word))

/** Null, but never left out. */
export const nullable =
  <Value>(shape: Shape<Value>): Shape<Value | null> =>
  (value, path) =>
    value === null ? undefined : shape(value, path)

export const list =
  <Value>(item: Shape<Value>): Shape<readonly Value[]> =>
  (value, path) =>
    Array.isArray(value)
      ? firstFault(value.entries(), ([at, each]) => item(each, `${path}[${at}]`))
      : `Expected \`${path}\` to be a list`

export const records =
  <Value>(record: Shape<Value>): Shape<RecordMap<Value>> =>
  (value, path) =>
    value instanceof RecordMap
      ? firstFault(value, ([key, each]) => record(each, `${path}.${key}`))
      : `Expected \`${path}\` to be records`

export interface ObjectShape<Fields extends Readonly<Record<string, Shape>>>
  extends Shape<{ readonly [Name in keyof Fields]: ValueOf<Fields[Name]> }> {
  /** To build larger ones from. */
  readonly fields: Fields
}

/** All these fields, and whatever else there is. */
export function object<const Fields extends Readonly<Record<string, Shape>>>(shapes: Fields): ObjectShape<Fields> {
  const entries = Object.entries(shapes)
  const check: Shape<never> = (value, path) =>
    fields(value, path) ??
    firstFault(entries, ([name, shape]) => shape((value as Record<string, unknown>)[name], `${path}.${name}`))
  return Object.assign(check, { fields: shapes })
}

function firstFault<Item>(items: Iterable<Item>, faultOf: (item: Item) => string | undefined): string | undefined {
  for (const item of items) {
    const fault = faultOf(item)
    if (fault !== undefined) return fault
  }
  return undefined
}

/** The value, as the shape has it. Throws a `TypeError` that says what was expected where. */
export function requireShape<Value>(shape: Shape<Value>, value: unknown, name: string): Value {
  const fault = shape(value, name)
  if (fault !== undefined) throw new TypeError(fault)
  return value as Value
}
