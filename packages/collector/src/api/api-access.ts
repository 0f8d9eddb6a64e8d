/** Decides who may read and who may administer: whoever shows a token for it, in a header or by the cookie that the page's form sets. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { bearerOf } from '../access/keys.ts'
import type { Proxies } from '../access/proxies.ts'
import { permits, type Scope } from '../access/scopes.ts'
import type { SignedTokens } from '../access/signed-tokens.ts'
import { createAddressRateLimiter } from '../ingest/rate-limiter.ts'

/** What the API asks for. */
export type ApiScope = Exclude<Scope, 'write'>

/**
 * `unauthorised`: nothing was shown that is good for anything here. `forbidden`: what was shown is good, but not for this.
 * `limited`: its address has guessed too often, so that nothing it shows is looked at.
 */
export type AccessDecision = 'allowed' | 'unauthorised' | 'forbidden' | 'limited'

/** What a token is good for, and what a browser that has shown it is given in its place. */
export type TokenDecision =
  | { readonly kind: 'valid'; readonly scope: Scope; readonly ticket: string }
  | { readonly kind: 'unauthorised' }
  | { readonly kind: 'limited' }

export interface ApiAccess {
  /** Decides by what a request shows. */
  decide(request: IncomingMessage, wanted: ApiScope): Promise<AccessDecision>
  verifyToken(token: string, request: IncomingMessage): Promise<TokenDecision>
  /** The Set-Cookie of a browser that gets a ticket. */
  cookieFor(request: IncomingMessage, ticket: string): string
  /** After which a limited address may guess again. */
  readonly retryAfterSeconds: number
}

export interface ApiAccessOptions {
  /** Without it, and without signed tokens, everybody may read whom the origin policy lets in, which is this machine. */
  readonly readToken: string | undefined
  /** Without any token whoever may read may administer; beside a read token alone, nobody. */
  readonly adminToken: string | undefined
  readonly signedTokens: SignedTokens
  readonly proxies: Proxies
  readonly publicUrl: URL | undefined
  readonly maxGuessesPerMinute: number
  readonly monotonicNow: () => number
}

export function createApiAccess(options: ApiAccessOptions): ApiAccess {
  const { readToken, adminToken, signedTokens, proxies, publicUrl, maxGuessesPerMinute, monotonicNow } = options
  const tokens = [...digestedFor('admin', adminToken), ...digestedFor('read', readToken)]
  const isOpen = {
    read: readToken === undefined && !signedTokens.enabled,
    admin: tokens.length === 0 && !signedTokens.enabled,
  }
  // A ticket is chance and not the token: it can't be guessed, so that whoever has one is never limited.
  const tickets = { admin: aTicket(), read: aTicket() }
  const guesses = createAddressRateLimiter(maxGuessesPerMinute / 60, monotonicNow, maxGuessesPerMinute)

  return {
    async decide(request, wanted) {
      if (isOpen[wanted]) return 'allowed'
      const bearer = bearerOf(request.headers)
      const shown = await (bearer === undefined ? verifyCookies(request) : verifyToken(bearer, request))
      if (shown.kind !== 'valid') return shown.kind
      return permits(shown.scope, wanted) ? 'allowed' : 'forbidden'
    },

    verifyToken,

    cookieFor(request, ticket) {
      const isSecure = publicUrl?.protocol === 'https:' || proxies.isSecure(request)
      // Without a path it holds where it was set: for the API alone, below whatever prefix a browser sees.
      return `${cookieNameFor(request)}=${ticket}; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`
    },

    retryAfterSeconds: Math.ceil(60 / maxGuessesPerMinute),
  }

  async function verifyToken(token: string, request: IncomingMessage): Promise<TokenDecision> {
    if (isOpen.admin) return validFor('admin')
    const sender = proxies.senderOf(request)
    if (guesses.take(sender, 0) > 0) return { kind: 'limited' }
    const digest = digestOf(token)
    // Every token is compared, so that the time tells nothing.
    const [found] = tokens.filter((each) => timingSafeEqual(digest, each.digest))
    if (found) return validFor(found.scope)
    const signed = await signedTokens.verify(token)
    // Who gets it as a cookie shall have it for no longer.
    if (signed.kind === 'valid') return { kind: 'valid', scope: signed.scope, ticket: token }
    if (signed.kind === 'invalid') guesses.take(sender, 1)
    return { kind: 'unauthorised' }
  }

  function validFor(scope: ApiScope): TokenDecision {
    return { kind: 'valid', scope, ticket: tickets[scope] }
  }

  /** Several may have one name, from another prefix of the host. */
  async function verifyCookies(request: IncomingMessage): Promise<TokenDecision> {
    const start = `${cookieNameFor(request)}=`
    const shown = (request.headers.cookie ?? '')
      .split(';')
      .map((part) => part.trim())
      .filter((part) => part.startsWith(start))
      .map((part) => part.slice(start.length))
    const scope = apiScopes.find((each) => shown.some((ticket) => isSame(ticket, tickets[each])))
    if (scope !== undefined) return validFor(scope)
    for (const ticket of shown) {
      const signed = await signedTokens.verify(ticket)
      if (signed.kind === 'valid') return { kind: 'valid', scope: signed.scope, ticket }
    }
    return { kind: 'unauthorised' }
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

const aTicket = (): string => randomBytes(32).toString('base64url')

const isSame = (shown: string, expected: string): boolean => timingSafeEqual(digestOf(shown), digestOf(expected))
