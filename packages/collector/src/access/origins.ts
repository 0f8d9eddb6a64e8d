/** Reads the origins whose pages may send, as an operator writes them. */
import { CollectorError } from '../errors.ts'

export interface Origins {
  /** @param origin an Origin header */
  include(origin: string): boolean
}

/**
 * `https://game.example`, `capacitor://localhost`, `https://*.game.example` for every name below it, `null` for pages
 * without an origin, `*` for all.
 *
 * @throws {CollectorError} `bad_option`
 */
export function readOrigins(texts: readonly string[]): Origins {
  const tests = texts.map(readOrigin)
  return {
    include(origin) {
      const text = canonical(origin)
      return tests.some((test) => test(text))
    },
  }
}

function readOrigin(text: string): (origin: string) => boolean {
  const given = canonical(String(text).trim())
  if (given === '*') return () => true
  if (given === 'null') return (origin) => origin === given
  const [, scheme = '', wildcard, host = ''] = /^([a-z][a-z\d+.-]*):\/\/(\*\.)?([^*/?#@\\\s]+)\/?$/.exec(given) ?? []
  const isWeb = scheme === 'http' || scheme === 'https'
  if (host === '' || notOfPages.has(scheme) || !URL.canParse(`${scheme}://${host}`)) throw badOrigin(text)
  // The port that goes without saying is left out, and other alphabets are spelt as browsers spell them.
  const authority = isWeb ? new URL(`${scheme}://${host}`).host : host
  if (wildcard === undefined) return (origin) => origin === `${scheme}://${authority}`
  const [start, end] = [`${scheme}://`, `.${authority}`]
  return (origin) =>
    origin.startsWith(start) && origin.endsWith(end) && names.test(origin.slice(start.length, -end.length))
}

/** What `*` stands for: one name or several, and nothing that only looks like one. */
const names = /^[\w-]+(\.[\w-]+)*$/

/** Schemes of sockets, and those whose pages have no origin of their own. */
const notOfPages = new Set(['ws', 'wss', 'data', 'blob', 'about', 'javascript'])

/** A page that is a file has no origin; for its sockets Chromium writes that differently. */
const canonical = (origin: string): string => {
  const text = origin.toLowerCase()
  return /^file:\/*$/.test(text) ? 'null' : text
}

/** What has a user in it may have a password, too, and is not repeated. */
const badOrigin = (got: string): CollectorError =>
  new CollectorError(
    'bad_option',
    `Expected \`origins\` to be origins without a path, such as "https://game.example", "https://*.game.example" or "capacitor://localhost", or "null" or "*"${String(got).includes('@') ? ', and without a user' : `, got ${JSON.stringify(got)}`}`,
  )
