/** Writes events as newline-delimited JSON (https://github.com/ndjson/ndjson-spec): text while it is short, a stream of bytes when it is not. */
import { stableJson } from './stable-json.ts'

/** The fields of a telemetry event, in the order in which people look for them. */
const first = ['id', 'type', 'timestamp', 'sessionId', 'seq']

/** Characters a chunk of the stream, and what still counts as short. */
const chunkLength = 65_536
const streamLength = 1_048_576

/** Values are looked at as they are written, so the ones in a long list must not change before. */
export function toNdjson(values: Iterable<unknown>): string | AsyncIterable<Uint8Array> {
  // A list of its own: the source may go on recording, and may be readable only once.
  const kept = [...values]
  let text = ''
  for (const chunk of chunks(kept)) {
    text += chunk
    if (text.length > streamLength) return { [Symbol.asyncIterator]: () => encoded(chunks(kept)) }
  }
  return text
}

function* chunks(values: readonly unknown[]): Generator<string> {
  let chunk = ''
  for (const value of values) {
    chunk += `${stableJson(value, { first })}\n`
    if (chunk.length < chunkLength) continue
    yield chunk
    chunk = ''
  }
  if (chunk !== '') yield chunk
}

async function* encoded(texts: Iterable<string>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder()
  for (const text of texts) yield encoder.encode(text)
}
