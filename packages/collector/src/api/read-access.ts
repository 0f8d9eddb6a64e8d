/** Who may read: whoever shows the read token, in a header or by the cookie that the page's form sets. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Proxies } from '../access/proxies.ts'
import { createBuckets } from '../ingest/rate-limit.ts'

/** `limited`: its address has guessed too often, so that nothing it shows is looked at. */
export type Verdict = 'allowed' | 'refused' | 'limited'

export interface ReadAccess {
  /** Judges what a request shows. */
  admits(request: IncomingMessage): Verdict
  admitsToken(token: string, request: IncomingMessage): Verdict
  /** The Set-Cookie of a browser that has shown the token. */
  cookieFor(request: IncomingMessage): string
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
  const guesses = createBuckets(maxGuessesPerMinute / 60, monotonicNow, maxGuessesPerMinute)

  return {
    admits(request) {
      const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1]
      if (!expected || bearer !== undefined) return judge(bearer ?? '', request)
      return cookiesOf(request).some((shown) => isSame(shown, ticket)) ? 'allowed' : 'refused'
    },

    admitsToken: judge,

    cookieFor(request) {
      const isSecure = publicUrl?.protocol === 'https:' || proxies.isSecure(request)
      // Without a path it holds where it was set: for the API alone, below whatever prefix a browser sees.
      return `${cookieNameFor(request)}=${ticket.toString('base64url')}; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`
    },

    retryAfterSeconds: Math.ceil(60 / maxGuessesPerMinute),
  }

  function judge(token: string, request: IncomingMessage): Verdict {
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
