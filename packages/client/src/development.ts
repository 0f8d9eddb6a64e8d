/** Warns a developer of mistakes where they are made. A production build leaves this file out. */
import {
  decodeServerFrame,
  encodeJson,
  jsonValue,
  maxEventDepth,
  maxMetaBytes,
  utf8Length,
  wellFormed,
} from '@downlink/protocol'
import { checkOptions } from './check-options.ts'
import type { Development } from './ports.ts'

export function createDevelopment(warn: (message: string) => void): Development {
  const warnedTypes = new Set<string>()
  const warned = new Set<string>()
  let isDecided = false
  return {
    checkOptions(options, kinds) {
      isDecided ||= options.enabled !== undefined
      checkOptions(options, kinds)
    },
    payload(type, data) {
      const change = warnedTypes.has(type) ? undefined : findChange(data)
      if (change) {
        warnedTypes.add(type)
        warn(
          `Event "${type}" holds what JSON can't say: ${change}. The protocol's "What a value becomes" says what is sent instead.`,
        )
      }
      try {
        freeze(data)
      } catch {
        // A getter or a proxy: as much of it as can be is frozen.
      }
    },
    merged(name, changes, merged) {
      for (const sentence of findLeftOut(name, changes, merged ?? {})) {
        if (!warned.has(sentence)) warn(sentence)
        warned.add(sentence)
      }
    },
    started() {
      if (!isDecided) warn('Telemetry is off: set `enabled`, or `globalThis.downlinkConfig.enabled`.')
    },
    watch(socket, entryAt) {
      const { onmessage } = socket
      socket.onmessage = (event) => {
        const frame = decodeServerFrame(event.data)
        for (const { seq, code, message } of (frame?.t === 'ack' && frame.rejected) || []) {
          warn(`Event ${seq}${typeOf(seq, entryAt)} was rejected as ${code}: ${message}`)
        }
        onmessage?.(event)
      }
    },
  }
}

/** What of the changes is not in what is merged from them as it was given; and whether that is more than a collector takes. */
function* findLeftOut(name: string, changes: unknown, merged: object): Generator<string> {
  const bytes = utf8Length(encodeJson(merged))
  if (bytes > maxMetaBytes)
    yield `Expected ${name} of at most ${maxMetaBytes} bytes as JSON: with more nothing of it is sent`
  try {
    for (const [key, value] of Object.entries(Object(changes))) {
      const kept = (merged as Record<string, unknown>)[key]
      if (value != null && kept !== value) yield `Expected text in ${name}, got ${key}`
    }
  } catch (error) {
    yield `Expected ${name} that can be read, got ${error}`
  }
}

/** Its type in quotes, while the event is still there. */
function typeOf(seq: number, entryAt: Parameters<Development['watch']>[1]): string {
  for (let index = 0, entry = entryAt(0); entry && entry.seq <= seq; entry = entryAt(++index)) {
    if (entry.seq === seq) return ` "${entry.type}"`
  }
  return ''
}

/** Where what is sent is not what JSON alone would make of it, the first such place; a look, not a search to the end. */
function findChange(data: unknown): string | undefined {
  let valuesLeft = 10_000
  const find = (value: unknown, path: string, above: readonly object[]): string | undefined => {
    if (valuesLeft-- < 0) return undefined
    if (typeof value === 'string') return wellFormed(value) === value ? undefined : `${path} has half a character`
    if (typeof value !== 'object' || value === null)
      return jsonValue(value) === value ? undefined : `${path} is ${value}`
    if (above.includes(value)) return `${path} is circular`
    if (above.length >= maxEventDepth) return `${path} is too deep`
    if ('toJSON' in value && typeof value.toJSON === 'function') return undefined
    const entries = Object.entries(value)
    for (const [key, item] of entries) {
      const found = find(item, `${path}.${key}`, [...above, value])
      if (found) return found
    }
    return isPlain(value) || (entries.length > 0 && jsonValue(value) === value)
      ? undefined
      : `${path} is a ${value.constructor.name}`
  }
  try {
    return find(data, 'data', [])
  } catch (error) {
    return `it can't be read (${error})`
  }
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype || prototype === Array.prototype
}

/** Freezes plain objects and arrays, deeply. Others (typed arrays, DOM nodes, class instances) are left alone. */
function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value) || !isPlain(value)) return
  Object.freeze(value)
  Object.values(value).forEach(freeze)
}
