/** Decodes plain mode: bare JSON arrays of events, or one event a line (NDJSON), from any WebSocket or curl. */
import { cutElement, cutItems, type ReceivedElement } from './element.ts'
import { type Decoded, decoded, excerptOfText, type FrameError, isObject, parseJson, refused } from './json.ts'
import { protocolDefaults } from './limits.ts'

/** Lines that look like an event and are no JSON: each costs an exception, so a text with more is given up as a whole. */
const maxUnreadableLines = 100

/**
 * Reads a plain frame or body into its elements, each still to be judged with `checkEvent`. Never throws.
 * A line that is not JSON stays text, so that it is rejected alone.
 */
export const decodePlain = (
  text: string,
  maxElements: number = protocolDefaults.maxElements,
): Decoded<readonly ReceivedElement[]> => readPlain(text, parseJson(text), maxElements)

/** @param whole the text as one JSON value, where it is one */
export function readPlain(
  text: string,
  whole: Decoded<unknown>,
  maxElements: number,
): Decoded<readonly ReceivedElement[]> {
  if (!whole.ok) return readLines(text, whole.error, maxElements)
  if (isObject(whole.value)) return decoded([cutElement(text, whole.value)])
  if (!Array.isArray(whole.value)) {
    return refused('bad_frame', `Expected an array of events or one event a line, got ${excerptOfText(text)}`)
  }
  return whole.value.length > maxElements ? tooMany(maxElements) : decoded(cutItems(text, whole.value))
}

function readLines(text: string, notJson: FrameError, maxElements: number): Decoded<readonly ReceivedElement[]> {
  const lines = linesOf(text, maxElements)
  if (!lines) return tooMany(maxElements)
  const elements: ReceivedElement[] = []
  let unreadable = 0
  for (const line of lines) {
    const parsed = looksLikeObject(line) ? parseJson(line) : undefined
    if (parsed?.ok === false && ++unreadable > maxUnreadableLines) {
      return refused('bad_json', `Expected one event a line, got over ${maxUnreadableLines} lines that are not JSON`)
    }
    elements.push(parsed?.ok ? cutElement(line, parsed.value) : { value: line, text: line, keys: 0, data: undefined })
  }
  return elements.some(({ value }) => isObject(value)) ? decoded(elements) : { ok: false, error: notJson }
}

/** Lines that say something; undefined where there are more than `most`. */
function linesOf(text: string, most: number): readonly string[] | undefined {
  const lines: string[] = []
  let start = 0
  while (start < text.length) {
    const newline = text.indexOf('\n', start)
    const end = newline === -1 ? text.length : newline
    const line = text.slice(start, end).trim()
    start = end + 1
    if (line === '') continue
    if (lines.length === most) return undefined
    lines.push(line)
  }
  return lines
}

const looksLikeObject = (line: string): boolean => line.startsWith('{') && line.endsWith('}')

const tooMany = (most: number): Decoded<never> => refused('too_large', `Expected at most ${most} events`)
