/** Reads what a hello may say beside who it is: key, schema and meta. None of it refuses a session: what fits is taken, the rest is told. */

import { utf8Length } from './encode.ts'
import type { Hello, SessionMeta } from './frames.ts'
import { excerpt, isObject, isWellFormedText, type JsonObject } from './json.ts'
import { createLeftOut, type LeftOut } from './left-out.ts'
import { protocolDefaults } from './limits.ts'

export interface HelloDetails extends Pick<Hello, 'key' | 'schema' | 'meta'> {
  /** What was not taken, a sentence each. Absent where all was. */
  readonly leftOut?: readonly string[]
}

export function readHelloDetails({ key, schema, meta }: JsonObject): HelloDetails {
  const { maxKeyLength, maxSchemaLength } = protocolDefaults
  const leftOut = createLeftOut()
  const taken: { key?: string; schema?: string; meta?: SessionMeta } = {}
  if (isShortText(key, maxKeyLength)) taken.key = key
  // A key is a secret: a message never repeats it. Who must have one is refused for having none.
  else if (key !== undefined) leftOut.add(() => `Expected "key" to be text of at most ${maxKeyLength} characters`)
  if (isShortText(schema, maxSchemaLength)) taken.schema = schema
  else if (schema !== undefined) {
    leftOut.add(() => `Expected "schema" to be text of at most ${maxSchemaLength} characters, got ${excerpt(schema)}`)
  }
  if (isObject(meta)) taken.meta = metaOf(meta, leftOut)
  else if (meta !== undefined) leftOut.add(() => `Expected "meta" to be an object, got ${excerpt(meta)}`)
  const sentences = leftOut.sentences()
  return sentences ? { ...taken, leftOut: sentences } : taken
}

function metaOf(meta: JsonObject, leftOut: LeftOut): SessionMeta {
  const { maxMetaBytes } = protocolDefaults
  const taken: { build?: string; labels?: Record<string, string> } = {}
  // An object is its entries, with a character after each, and one before all.
  let bytesLeft = maxMetaBytes - 1
  function fits(what: string, name: string, value: unknown): value is string {
    if (!isWellFormedText(name) || !isWellFormedText(value)) {
      leftOut.add(() => `Expected ${what} to be well-formed text, got ${excerpt(value)}`)
      return false
    }
    const bytes = entryBytes(name, value)
    if (bytes > bytesLeft) {
      leftOut.add(() => `Expected build and labels of at most ${maxMetaBytes} bytes, got no room for ${what}`)
      return false
    }
    bytesLeft -= bytes
    return true
  }
  const { build, labels, ...unknown } = meta
  if (build !== undefined && fits('"build"', 'build', build)) taken.build = build
  if (isObject(labels)) {
    bytesLeft -= '"labels":{,'.length
    const entries = Object.entries(labels)
    // `fromEntries` defines keys rather than setting them, so that a label `__proto__` is one like any other.
    taken.labels = Object.fromEntries(
      entries.filter((entry): entry is [string, string] => fits(`label "${entry[0]}"`, ...entry)),
    )
  } else if (labels !== undefined) {
    leftOut.add(() => `Expected "labels" to be an object of texts, got ${excerpt(labels)}`)
  }
  for (const name of Object.keys(unknown)) {
    leftOut.add(() => `Expected "meta" to be { build?, labels? }, got "${name}"`)
  }
  return taken
}

const isShortText = (value: unknown, maxLength: number): value is string =>
  isWellFormedText(value) && value.length <= maxLength

/** `"name":"value"` and the character after it. */
const entryBytes = (name: string, value: string): number =>
  utf8Length(JSON.stringify(name)) + utf8Length(JSON.stringify(value)) + 2
