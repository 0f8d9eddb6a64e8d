/** Plain mode: bare JSON arrays of events, or one event a line (NDJSON), from any WebSocket or curl. */
import { type Decoded, decoded, excerpt, isObject, parseJson, refused } from './json.ts'

/**
 * Reads a plain frame or body into its elements, each still to be judged with `checkEvent`.
 * A line that is not JSON stays text, so that it is rejected alone.
 */
export function decodePlain(text: string): Decoded<readonly unknown[]> {
  const whole = parseJson(text)
  if (whole.ok) {
    if (Array.isArray(whole.value)) return decoded(whole.value)
    if (isObject(whole.value)) return decoded([whole.value])
    return refused('bad_frame', `Expected an array of events or one event a line, got ${excerpt(text)}`)
  }
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const elements = lines.map((line) => {
    const parsed = parseJson(line)
    return parsed.ok ? parsed.value : line
  })
  return elements.some(isObject) ? decoded(elements) : whole
}
