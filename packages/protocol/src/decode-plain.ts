/** Plain mode: bare JSON arrays of events, or one event a line (NDJSON), from any WebSocket or curl. */
import { cutElement, cutItems, type ReceivedElement } from './element.ts'
import { type Decoded, decoded, excerpt, isObject, parseJson, refused } from './json.ts'

/**
 * Reads a plain frame or body into its elements, each still to be judged with `checkEvent`.
 * A line that is not JSON stays text, so that it is rejected alone.
 */
export function decodePlain(text: string): Decoded<readonly ReceivedElement[]> {
  const whole = parseJson(text)
  if (whole.ok) {
    if (Array.isArray(whole.value)) return decoded(cutItems(text, whole.value))
    if (isObject(whole.value)) return decoded([cutElement(text, whole.value)])
    return refused('bad_frame', `Expected an array of events or one event a line, got ${excerpt(text)}`)
  }
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const elements = lines.map(elementOf)
  return elements.some(({ value }) => isObject(value)) ? decoded(elements) : whole
}

function elementOf(line: string): ReceivedElement {
  const parsed = parseJson(line)
  return parsed.ok ? cutElement(line, parsed.value) : { value: line, text: line, keys: 0, data: undefined }
}
