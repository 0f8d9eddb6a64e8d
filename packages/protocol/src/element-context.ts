/**
 * Reads what an element may carry beside its event: context and labels, for itself and those behind it in its batch, and,
 * where it is plain, anything. None of it costs the event: members of the two that fit are taken, the rest is told.
 */
import type { ReceivedElement } from './element.ts'
import { utf8Length } from './encode.ts'
import type { Said } from './event.ts'
import { excerpt, isWellFormedText } from './json.ts'
import { JsonScanner, type JsonSlice } from './json-scanner.ts'
import { createLeftOut, type LeftOut } from './left-out.ts'
import { protocolDefaults } from './limits.ts'

/** Labels that a sender says beside those of its hello. */
export type SaidLabels = NonNullable<Said['labels']>

interface Members<Value> {
  readonly values: ReadonlyMap<string, Value>
  /** Of an object with just these members, spelled as they came. */
  readonly text: string
}

/** @returns its JSON text, as far as it fits as it came; undefined where it is empty */
export function readContext(slice: JsonSlice, leftOut: LeftOut): string | undefined {
  const { values, text } = readMembers(slice, contextKind, leftOut)
  return values.size === 0 ? undefined : text
}

/** @returns those that fit; empty where the hello's hold again */
export const readLabels = (slice: JsonSlice, leftOut: LeftOut): SaidLabels =>
  // `fromEntries` defines keys rather than setting them, so that a label `__proto__` is one like any other.
  Object.fromEntries(readMembers(slice, labelsKind, leftOut).values)

/** The same of a plain event, which keeps in its envelope what is no context as a whole. */
export const wholeContext = (slice: JsonSlice | undefined): string | undefined => whole(slice, readContext)

/** Undefined where it has none, or some that stay in its envelope. */
export const wholeLabels = (slice: JsonSlice | undefined): SaidLabels | undefined => whole(slice, readLabels)

function whole<Value>(
  slice: JsonSlice | undefined,
  read: (slice: JsonSlice, leftOut: LeftOut) => Value,
): Value | undefined {
  if (!slice) return undefined
  const leftOut = createLeftOut()
  const value = read(slice, leftOut)
  return leftOut.sentences() ? undefined : value
}

/** What a plain event carries beside what every event has, as an object of its own; undefined where that is nothing. */
export function cutEnvelope({ text, context, labels }: ReceivedElement): JsonSlice | undefined {
  const taken = [...eventFields]
  if (wholeContext(context) !== undefined) taken.push('context')
  if (wholeLabels(labels)) taken.push('labels')
  const scanner = new JsonScanner(text)
  const members: string[] = []
  let keys = 0
  scanner.enter()
  while (scanner.nextMember()) {
    const value = scanner.cutValue()
    if (taken.some((name) => scanner.keyIs(name))) continue
    members.push(`${scanner.keyText}:${value.text}`)
    keys += 1 + value.keys
  }
  return members.length === 0 ? undefined : { text: `{${members}}`, keys }
}

const eventFields = ['type', 'timestamp', 'data', 'version']

interface Kind<Value> {
  readonly name: string
  readonly maxBytes: number
  readonly what: string
  readonly fits: (value: unknown) => value is Value
}

const contextKind: Kind<string | number | boolean> = {
  name: 'context',
  maxBytes: protocolDefaults.maxMetaBytes,
  what: 'well-formed text, a number, true or false',
  // JSON.parse reads 1e999 as Infinity; the database would find no number at all.
  fits: (value): value is string | number | boolean =>
    isWellFormedText(value) || Number.isFinite(value) || typeof value === 'boolean',
}

const labelsKind: Kind<string | null> = {
  name: 'labels',
  maxBytes: protocolDefaults.maxMetaBytes,
  what: 'well-formed text or null',
  fits: (value): value is string | null => isWellFormedText(value) || value === null,
}

function readMembers<Value>(slice: JsonSlice, kind: Kind<Value>, leftOut: LeftOut): Members<Value> {
  const { name, maxBytes, what, fits } = kind
  const values = new Map<string, Value>()
  const texts = new Map<string, string>()
  // An object is its members, with a character after each, and one before all.
  let bytesLeft = maxBytes - 1
  let isWhole = utf8Length(slice.text) <= maxBytes
  function leave(sentence: () => string): void {
    isWhole = false
    leftOut.add(sentence)
  }
  const scanner = new JsonScanner(slice.text)
  if (!scanner.isObject) {
    leave(() => `Expected "${name}" to be an object, got ${excerpt(JSON.parse(slice.text))}`)
    return { values, text: '{}' }
  }
  scanner.enter()
  while (scanner.nextMember()) {
    const text = `${scanner.keyText}:${scanner.cutValue().text}`
    const [[key, value] = ['', undefined]] = Object.entries(JSON.parse(`{${text}}`))
    const bytes = utf8Length(text) + 1
    if (texts.has(key)) leave(() => `Expected each key of "${name}" once, got ${excerpt(key)} twice`)
    if (!isWellFormedText(key) || !fits(value)) {
      leave(() => `Expected ${excerpt(key)} of "${name}" to be ${what}, got ${excerpt(value)}`)
    } else if (bytes > bytesLeft) {
      leave(() => `Expected "${name}" of at most ${maxBytes} bytes, got no room for ${excerpt(key)}`)
    } else {
      bytesLeft -= bytes
      values.set(key, value)
      texts.set(key, text)
    }
  }
  return { values, text: isWhole ? slice.text : `{${[...texts.values()]}}` }
}
