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
import { fitMetadata } from './metadata.ts'
import type { Development, WatchedTelemetry } from './ports.ts'

export function createDevelopment(warn: (message: string) => void): Development {
  const warned = new Set<string>()
  let isDecided = false
  /** @param about what; a second warning about it is one too many */
  function warnOnce(about: string, sentence: string): void {
    if (!warned.has(about)) warn(sentence)
    warned.add(about)
  }
  function warnOfUnfit(what: string, given: unknown, kept: object | undefined): void {
    const names = findUnfit(what, given, kept).join(', ')
    if (names) warnOnce(`${what}: ${names}`, `Left out of ${what}, or made to fit: ${names}`)
  }
  return {
    options(options, kinds) {
      isDecided ||= options.enabled !== undefined
      checkOptions(options, kinds)
      if (kinds) return
      const { build, schema, sessionId, labels } = options
      const fitting = fitMetadata(options)
      warnOfUnfit('the options', { build, schema, sessionId }, fitting)
      warnOfUnfit('labels', labels, fitting.labels)
    },
    push(type, data) {
      const about = `event ${type}`
      const change = warned.has(about) ? undefined : findChange(data)
      if (change) {
        warnOnce(
          about,
          `Event "${type}" holds what JSON can't say: ${change}. The protocol's "What a value becomes" says what is sent instead.`,
        )
      }
      try {
        freeze(data)
      } catch {
        // A getter or a proxy: as much of it as can be is frozen.
      }
    },
    telemetry(telemetry, buffer) {
      const { start, setEnabled, setContext, setLabels } = telemetry
      const watched: Omit<WatchedTelemetry, 'enabled'> = {
        start() {
          if (!isDecided) warnOnce('off', 'Telemetry is off: set `enabled`, or `globalThis.downlinkConfig.enabled`.')
          start()
        },
        setEnabled(enabled) {
          setEnabled(enabled)
          if (enabled === true && !telemetry.enabled) warnOnce('off', 'The flag `enabled` is off.')
        },
        setContext(values) {
          setContext(values)
          watch('context', values)
        },
        setLabels(labels) {
          setLabels(labels)
          watch('labels', labels)
        },
      }
      Object.assign(telemetry, watched)
      function watch(what: 'context' | 'labels', given: unknown): void {
        const kept = buffer.facts[what] ?? {}
        warnOfUnfit(what, given, kept)
        if (utf8Length(encodeJson(kept)) <= maxMetaBytes) return
        warnOnce(`${what} are too large`, `Expected ${what} of at most ${maxMetaBytes} bytes as JSON: none is sent.`)
      }
    },
    socket(socket, entryAt) {
      const { onmessage } = socket
      socket.onmessage = (event) => {
        const frame = decodeServerFrame(event.data)
        for (const { seq, code, message } of (frame?.t === 'ack' && frame.rejected) || []) {
          warn(`Event ${seq}${typeOf(seq, entryAt)} was rejected as ${code}: ${message}`)
        }
        if (frame && 'leftOut' in frame) {
          const sentence = `The collector left out: ${frame.leftOut}`
          warnOnce(sentence, sentence)
        }
        onmessage?.(event)
      }
    },
  }
}

/** Names of what was not taken as it was given; that of all of it, where it can't be read. */
function findUnfit(what: string, given: unknown, kept: object = {}): readonly string[] {
  try {
    const values = kept as { readonly [name: string]: unknown }
    const entries = Object.entries({ ...(given as object) })
    return entries.filter(([name, value]) => value != null && values[name] !== value).map(([name]) => name)
  } catch {
    return [what]
  }
}

/** Its type in quotes, while the event is still there. */
function typeOf(seq: number, entryAt: Parameters<Development['socket']>[1]): string {
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
