/** Cuts a batch into its elements as they came: each with its value, and with the text that it is stored as. */
import { JsonScanner, type JsonSlice } from './json-scanner.ts'

/** What `checkEvent` checks. */
export interface ReceivedElement {
  readonly value: unknown
  /** Its own text, as it stood in the frame. */
  readonly text: string
  /** Keys of the element itself, repeats included. */
  readonly keys: number
  /** Its payload; undefined where it has none. */
  readonly data: JsonSlice | undefined
  /** What it says of itself and those behind it: to be read with `readContext` and `readLabels`. */
  readonly context?: JsonSlice | undefined
  readonly labels?: JsonSlice | undefined
}

/**
 * @param text a frame, or the body of a POST
 * @param values what `JSON.parse` reads as its `events`
 * @param utf8 the same text, where it is at hand
 */
export function cutEvents(text: string, values: readonly unknown[], utf8?: Uint8Array): readonly ReceivedElement[] {
  const scanner = new JsonScanner(text, utf8)
  let elements: readonly ReceivedElement[] = []
  scanner.enter()
  while (scanner.nextMember()) {
    // Of a key that is there twice the last one counts, as it does for `JSON.parse`.
    if (scanner.keyIs('events') && scanner.isArray) elements = itemsAt(scanner, values)
    else scanner.skipValue()
  }
  return elements
}

/** @param text of an array */
export const cutItems = (text: string, values: readonly unknown[]): readonly ReceivedElement[] =>
  itemsAt(new JsonScanner(text), values)

/** @param text of one element alone */
export const cutElement = (text: string, value: unknown): ReceivedElement => elementAt(new JsonScanner(text), value)

function itemsAt(scanner: JsonScanner, values: readonly unknown[]): readonly ReceivedElement[] {
  const elements: ReceivedElement[] = []
  scanner.enter()
  while (scanner.nextItem()) elements.push(elementAt(scanner, values[elements.length]))
  return elements
}

function elementAt(scanner: JsonScanner, value: unknown): ReceivedElement {
  const start = scanner.position
  let keys = 0
  let data: JsonSlice | undefined
  let context: JsonSlice | undefined
  let labels: JsonSlice | undefined
  if (scanner.isObject) {
    scanner.enter()
    while (scanner.nextMember()) {
      keys++
      if (scanner.keyIs('data')) data = scanner.cutValue()
      else if (scanner.keyIs('context')) context = scanner.cutValue()
      else if (scanner.keyIs('labels')) labels = scanner.cutValue()
      else scanner.skipValue()
    }
  } else scanner.skipValue()
  return { value, text: scanner.textFrom(start), keys, data, context, labels }
}
