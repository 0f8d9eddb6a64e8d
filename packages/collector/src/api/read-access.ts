/** Decides who may read: from where, and whoever shows the read token, in a header or by the cookie that the page's form sets. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { createOriginPolicy, isLoopback } from '../access/origin-policy.ts'
import { readOrigins } from '../access/origins.ts'
import { type Proxies, readAddress } from '../access/proxies.ts'
import { createAddressRateLimiter } from '../ingest/rate-limiter.ts'
import type { CollectorSettings } from '../options.ts'

/** `limited`: its address has guessed too often, so that nothing it shows is looked at. */
export type AccessDecision = 'allowed' | 'refused' | 'limited'

export interface ReadAccess {
  /** Judges what a request shows. */
  admits(request: IncomingMessage): AccessDecision
  admitsToken(token: string, request: IncomingMessage): AccessDecision
  /** The Set-Cookie of a browser that has shown the token. */
  cookieFor(request: IncomingMessage): string
  /**
   * A read token says who may read, and whoever has one must not write what others then run. Without one there is only
   * this machine.
   */
  readonly mayWrite: boolean
  /** After which a limited address may guess again. */
  readonly retryAfterSeconds: number
}

export interface ReadAccessOptions {
  /** None: everybody may read. */
  readonly readToken: string | undefined
  readonly proxies: Proxies
  readonly publicUrl: URL | undefined
  readonly maxGuessesPerMinute: number
  readonly monotonicNow: () => number
}

export function createReadAccess(options: ReadAccessOptions): ReadAccess {
  const { readToken, proxies, publicUrl, maxGuessesPerMinute, monotonicNow } = options
  // Digests have one length, which a constant-time comparison needs.
  const expected = readToken === undefined ? undefined : digestOf(readToken)
  // The cookie holds chance and not the token: it can't be guessed, so that whoever has one is never limited.
  const ticket = randomBytes(32)
  const guesses = createAddressRateLimiter(maxGuessesPerMinute / 60, monotonicNow, maxGuessesPerMinute)

  return {
    admits(request) {
      const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1]
      if (!expected || bearer !== undefined) return checkToken(bearer ?? '', request)
      return cookiesOf(request).some((shown) => isSame(shown, ticket)) ? 'allowed' : 'refused'
    },

    admitsToken: checkToken,

    cookieFor(request) {
      const isSecure = publicUrl?.protocol === 'https:' || proxies.isSecure(request)
      // Without a path it holds where it was set: for the API alone, below whatever prefix a browser sees.
      return `${cookieNameFor(request)}=${ticket.toString('base64url')}; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`
    },

    mayWrite: expected === undefined,

    retryAfterSeconds: Math.ceil(60 / maxGuessesPerMinute),
  }

  function checkToken(token: string, request: IncomingMessage): AccessDecision {
    if (!expected) return 'allowed'
    const sender = proxies.senderOf(request)
    if (guesses.take(sender, 0) > 0) return 'limited'
    if (timingSafeEqual(digestOf(token), expected)) return 'allowed'
    guesses.take(sender, 1)
    return 'refused'
  }

  /** Cookies know no ports, and two collectors on one host are two. */
  function cookieNameFor(request: IncomingMessage): string {
    const [, port] = /:(\d+)$/.exec(proxies.hostOf(request)) ?? []
    return port === undefined ? 'downlink_read' : `downlink_read_${port}`
  }

  /** Several may have one name, from another prefix of the host. */
  function cookiesOf(request: IncomingMessage): readonly string[] {
    const start = `${cookieNameFor(request)}=`
    return (request.headers.cookie ?? '')
      .split(';')
      .map((part) => part.trim())
      .filter((part) => part.startsWith(start))
      .map((part) => part.slice(start.length))
  }
}

const digestOf = (token: string): Buffer => createHmac('sha256', 'downlink read token').update(token).digest()

function isSame(shown: string, expected: Buffer): boolean {
  const bytes = Buffer.from(shown, 'base64url')
  return bytes.length === expected.length && timingSafeEqual(bytes, expected)
}

/** Why a request is refused; undefined where it may go on. */
export interface ReadOriginPolicy {
  refusal(request: IncomingMessage): string | undefined
  /** The same of a request for data, which is refused to browsers that ask in the name of a page elsewhere. */
  dataRefusal(request: IncomingMessage): string | undefined
}

/** No foreign origin reads, not even one that may send: answers carry no CORS header, and a cookie must not help. */
export function createReadOriginPolicy({ readToken, publicUrl, proxies }: CollectorSettings): ReadOriginPolicy {
  const open = readToken === undefined
  const { refusal } = createOriginPolicy({ keys: { required: !open }, origins: readOrigins([]), publicUrl, proxies })
  return {
    refusal: (request) => (open && isFromAfar(request) ? fromAfar : refusal(request)),
    dataRefusal: ({ headers }) => (isForElsewhere(headers['sec-fetch-site']) ? forElsewhere : undefined),
  }
}

/**
 * A browser tells for whom it asks (W3C, Fetch Metadata): an image or a link of another page comes without an Origin.
 * `same-site` is another page, too: on this host at another port, or on a host beside it.
 */
const isForElsewhere = (site: string | readonly string[] | undefined): boolean =>
  site !== undefined && site !== 'same-origin' && site !== 'none'

const forElsewhere = "Expected the collector's own page, or no page at all, got a request of another page."
const fromAfar = 'Give the collector a read token to read it from afar, or through a proxy.'

/** Outside a browser a Host header proves nothing, and behind a proxy the address is the proxy's. */
function isFromAfar({ headers, socket }: IncomingMessage): boolean {
  const isForwarded = headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined
  return isForwarded || !isLoopback(readAddress(socket.remoteAddress ?? '') ?? '')
}
