/** Warns a developer of mistakes where they are made. A production build leaves this file out. */
import {
  decodeServerFrame,
  encodeJson,
  jsonValue,
  maxEventDepth,
  maxMetaBytes,
  unknownOptions,
  utf8Length,
  wellFormed,
} from '@downlink/protocol'
import { findWrongOptions, optionNames } from './check-options.ts'
import { closedAbnormally } from './constants.ts'
import { fitMetadata } from './metadata.ts'
import type { Development, Environment, WatchedTelemetry } from './ports.ts'
import { type Ask, explainUnanswered, type Unanswered } from './unanswered-call.ts'

/** What of the world it looks at, where it can. */
export interface DevelopmentWorld {
  /** A `fetch`, with which it finds out why nobody takes a connection. */
  readonly ask?: Ask | undefined
  /** Of the page, where there is one. */
  readonly pageUrl?: string | undefined
  /** Reads `globalThis.downlinkConfig`. May be anything, and throw. */
  readonly readConfig?: () => unknown
  /** As that of an environment. Without it, who says nothing is waited for. */
  readonly setTimer?: Environment['setTimer']
}

/** Whoever starts a collector again looks at the page meanwhile. In milliseconds. */
const developmentBackoffCapMs = 3000

/** Whoever takes a connection answers at once. In milliseconds. */
const answerTimeoutMs = 3000

export function createDevelopment(
  warn: (message: string) => void,
  { ask, pageUrl, readConfig, setTimer }: DevelopmentWorld = {},
): Development {
  const warned = new Set<string>()
  let isDecided = false
  /** @param about what; a second warning about it is one too many */
  function warnOnce(about: string, sentence: string): void {
    if (!warned.has(about)) warn(sentence)
    warned.add(about)
  }
  function warnOfUnfit(what: string, given: unknown, kept: object | undefined): void {
    for (const { name, sentence } of findUnfit(what, given, kept)) warnOnce(`${what} ${name}`, sentence)
  }
  function warnOfUnknown(owner: string, given: unknown, known: readonly string[]): void {
    for (const sentence of unknownOptions(given, known)) warnOnce(sentence, owner + sentence)
  }
  /** What nobody answered, and why, until somebody does: each attempt asks no more than it has to. */
  const unanswered = new Map<string, Unanswered>()
  return {
    options(options, kinds) {
      isDecided ||= options.enabled !== undefined
      warnOfUnknown('', options, optionNames(kinds))
      for (const [name, sentence] of findWrongOptions(options, kinds)) {
        warnOnce(sentence, sentence)
        delete options[name]
      }
      if (kinds) return
      options.backoffCapMs ??= developmentBackoffCapMs
      try {
        warnOfUnknown('downlinkConfig: ', readConfig?.(), ['url', 'key', 'enabled'])
      } catch {
        // What can't be read is warned of in any build.
      }
      const { build, schema, sessionId, labels } = options
      const fitting = fitMetadata(options)
      warnOfUnfit('option', { build, schema, sessionId }, fitting)
      warnOfUnfit('label', labels, fitting.labels)
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
        warnOfUnfit(what === 'labels' ? 'label' : what, given, kept)
        if (utf8Length(encodeJson(kept)) <= maxMetaBytes) return
        warnOnce(`${what} are too large`, `Expected ${what} of at most ${maxMetaBytes} bytes as JSON: none is sent.`)
      }
    },
    socket(socket, entryAt) {
      const { onmessage, onclose } = socket
      const { url } = Object(socket) as { readonly url?: string }
      let isAnswered = false
      /** @returns whether the close waits for the reason, which it then has */
      function explain(code: number, isClosed: boolean): boolean {
        if (isAnswered || !ask || !url) return false
        const known = unanswered.get(url)
        void (known ? Promise.resolve(known) : explainUnanswered(url, ask, pageUrl)).then((why) => {
          if (isAnswered) return
          // One that is there may be slow.
          if (!isClosed && why.isThere) return
          unanswered.set(url, why)
          // Unless the link has let it go meanwhile.
          if (socket.onclose === watched) onclose?.({ code, reason: why.sentence })
        })
        return true
      }
      const watched: typeof onclose = (event) => {
        cancel?.()
        if (event.code !== closedAbnormally || !explain(event.code, true)) onclose?.(event)
      }
      socket.onclose = watched
      // A dev server leaves a connection that it does not know hanging.
      const cancel = setTimer?.(() => explain(closedAbnormally, false), answerTimeoutMs)
      socket.onmessage = (event) => {
        const frame = decodeServerFrame(event.data)
        if (frame) {
          isAnswered = true
          cancel?.()
          if (url && unanswered.delete(url)) warn(`A collector takes events at ${url}`)
        }
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

/** What was not taken as it was given, a sentence each: text that numbers become is. */
function findUnfit(
  what: string,
  given: unknown,
  kept: object = {},
): readonly { readonly name: string; readonly sentence: string }[] {
  try {
    const values = kept as { readonly [name: string]: unknown }
    const entries = Object.entries({ ...(given as object) })
    const unfit = entries.filter(([name, value]) => value != null && !isKept(value, values[name]))
    return unfit.map(([name, value]) => ({ name, sentence: unfitText(`${what} \`${name}\``, value, values[name]) }))
  } catch {
    return [{ name: '', sentence: `Left out: no ${what} can be read of what was given` }]
  }
}

const isKept = (given: unknown, kept: unknown): boolean =>
  kept === given || (/number|boolean|bigint/.test(typeof given) && !Number.isNaN(given) && kept === String(given))

function unfitText(what: string, given: unknown, kept: unknown): string {
  if (kept === undefined || kept === null) return `Left out: ${what}, which is ${nameOfKind(given)}`
  return typeof given === 'string' && given.startsWith(String(kept))
    ? `Cut: ${what}, to ${String(kept).length} characters`
    : `Made to fit: ${what}, of which is kept: ${String(kept)}`
}

const nameOfKind = (given: unknown): string =>
  typeof given === 'string' ? `the text ${JSON.stringify(given.slice(0, 80))}` : `no text, but ${article(typeof given)}`

const article = (noun: string): string => `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`

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
