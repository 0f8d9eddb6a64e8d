/** Decides who may read and who may administer: whoever shows a token for it, in a header or by the cookie that the page's form sets. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Proxies } from '../access/proxies.ts'
import { permits, type Scope } from '../access/scopes.ts'
import { createAddressRateLimiter } from '../ingest/rate-limiter.ts'

/** What the API asks for. */
export type ApiScope = Exclude<Scope, 'write'>

/**
 * `unauthorised`: nothing was shown that is good for anything here. `forbidden`: what was shown is good, but not for this.
 * `limited`: its address has guessed too often, so that nothing it shows is looked at.
 */
export type AccessDecision = 'allowed' | 'unauthorised' | 'forbidden' | 'limited'

/** What a token is good for. */
export type TokenDecision =
  | { readonly kind: 'held'; readonly scope: ApiScope }
  | { readonly kind: 'unauthorised' }
  | { readonly kind: 'limited' }

export interface ApiAccess {
  /** Judges what a request shows. */
  judge(request: IncomingMessage, wanted: ApiScope): AccessDecision
  judgeToken(token: string, request: IncomingMessage): TokenDecision
  /** The Set-Cookie of a browser that has shown a token of a scope. */
  cookieFor(request: IncomingMessage, scope: ApiScope): string
  /** After which a limited address may guess again. */
  readonly retryAfterSeconds: number
}

export interface ApiAccessOptions {
  /** None: everybody may read whom the origin policy lets in, which is this machine. */
  readonly readToken: string | undefined
  /** None: everybody may administer who may read without a token; beside a read token, nobody. */
  readonly adminToken: string | undefined
  readonly proxies: Proxies
  readonly publicUrl: URL | undefined
  readonly maxGuessesPerMinute: number
  readonly monotonicNow: () => number
}

export function createApiAccess(options: ApiAccessOptions): ApiAccess {
  const { readToken, adminToken, proxies, publicUrl, maxGuessesPerMinute, monotonicNow } = options
  const tokens = [...digestedFor('admin', adminToken), ...digestedFor('read', readToken)]
  const isOpen = { read: readToken === undefined, admin: tokens.length === 0 }
  // The cookie holds chance and not the token: it can't be guessed, so that whoever has one is never limited.
  const tickets = { admin: randomBytes(32), read: randomBytes(32) }
  const guesses = createAddressRateLimiter(maxGuessesPerMinute / 60, monotonicNow, maxGuessesPerMinute)

  return {
    judge(request, wanted) {
      if (isOpen[wanted]) return 'allowed'
      const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1]
      const shown = bearer === undefined ? judgeCookies(request) : judgeToken(bearer, request)
      if (shown.kind !== 'held') return shown.kind
      return permits(shown.scope, wanted) ? 'allowed' : 'forbidden'
    },

    judgeToken,

    cookieFor(request, scope) {
      const isSecure = publicUrl?.protocol === 'https:' || proxies.isSecure(request)
      // Without a path it holds where it was set: for the API alone, below whatever prefix a browser sees.
      return `${cookieNameFor(request)}=${tickets[scope].toString('base64url')}; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`
    },

    retryAfterSeconds: Math.ceil(60 / maxGuessesPerMinute),
  }

  function judgeToken(token: string, request: IncomingMessage): TokenDecision {
    if (isOpen.admin) return { kind: 'held', scope: 'admin' }
    const sender = proxies.senderOf(request)
    if (guesses.take(sender, 0) > 0) return { kind: 'limited' }
    const digest = digestOf(token)
    // Every token is compared, so that the time tells nothing.
    const [found] = tokens.filter((each) => timingSafeEqual(digest, each.digest))
    if (found) return { kind: 'held', scope: found.scope }
    guesses.take(sender, 1)
    return { kind: 'unauthorised' }
  }

  /** Several may have one name, from another prefix of the host. */
  function judgeCookies(request: IncomingMessage): TokenDecision {
    const start = `${cookieNameFor(request)}=`
    const shown = (request.headers.cookie ?? '')
      .split(';')
      .map((part) => part.trim())
      .filter((part) => part.startsWith(start))
      .map((part) => Buffer.from(part.slice(start.length), 'base64url'))
    const scope = apiScopes.find((each) => shown.some((ticket) => isSame(ticket, tickets[each])))
    return scope === undefined ? { kind: 'unauthorised' } : { kind: 'held', scope }
  }

  /** Cookies know no ports, and two collectors on one host are two. */
  function cookieNameFor(request: IncomingMessage): string {
    const [, port] = /:(\d+)$/.exec(proxies.hostOf(request)) ?? []
    return port === undefined ? 'downlink_read' : `downlink_read_${port}`
  }
}

/** The one that may more comes first. */
const apiScopes = ['admin', 'read'] as const

/** Digests have one length, which a constant-time comparison needs. */
const digestOf = (token: string): Buffer => createHmac('sha256', 'downlink token').update(token).digest()

const digestedFor = (scope: ApiScope, token: string | undefined) =>
  token === undefined ? [] : [{ scope, digest: digestOf(token) }]

const isSame = (shown: Buffer, expected: Buffer): boolean =>
  shown.length === expected.length && timingSafeEqual(shown, expected)
