/** What a loaded state must look like. Types bind a game's own code, not what a file holds. */
import { RecordMap } from '../records/record-map.ts'

/** Says what was expected where, or nothing where all is well. */
export type Shape = (value: unknown, path: string) => string | undefined

const kind =
  (expected: string, is: (value: unknown) => boolean): Shape =>
  (value, path) =>
    is(value) ? undefined : `Expected \`${path}\` to be ${expected}`

export const text: Shape = kind('text', (value) => typeof value === 'string')
export const number: Shape = kind('a number', Number.isFinite)
export const flag: Shape = kind('true or false', (value) => typeof value === 'boolean')
export const anything: Shape = () => undefined
const fields: Shape = kind('an object', (value) => typeof value === 'object' && value !== null)

export const oneOf = (...words: readonly string[]): Shape =>
  kind(`one of ${words.join(', ')}`, (value) => words.includes(value as string))

/** Null, but never left out. */
export const nullable =
  (shape: Shape): Shape =>
  (value, path) =>
    value === null ? undefined : shape(value, path)

export const list =
  (item: Shape): Shape =>
  (value, path) =>
    Array.isArray(value)
      ? firstFault(value.entries(), ([at, each]) => item(each, `${path}[${at}]`))
      : `Expected \`${path}\` to be a list`

export const records =
  (record: Shape): Shape =>
  (value, path) =>
    value instanceof RecordMap
      ? firstFault(value, ([key, each]) => record(each, `${path}.${key}`))
      : `Expected \`${path}\` to be records`

/** All these fields, and whatever else there is. */
export const object = (shapes: Readonly<Record<string, Shape>>): Shape => {
  const entries = Object.entries(shapes)
  return (value, path) =>
    fields(value, path) ??
    firstFault(entries, ([name, shape]) => shape((value as Record<string, unknown>)[name], `${path}.${name}`))
}

function firstFault<Item>(items: Iterable<Item>, faultOf: (item: Item) => string | undefined): string | undefined {
  for (const item of items) {
    const fault = faultOf(item)
    if (fault !== undefined) return fault
  }
  return undefined
}

/** Throws a `TypeError` that says what was expected where. */
export function requireShape(shape: Shape, value: unknown, name: string): void {
  const fault = shape(value, name)
  if (fault !== undefined) throw new TypeError(fault)
}
