/** Authorises senders, by a write key, which can change while the collector runs, or by a signed token; finds the one that a request carries. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { permits } from './scopes.ts'
import type { SignedTokens } from './signed-tokens.ts'

export interface Keys {
  /** Authorises everybody where nothing is required. */
  authorise(key: string | undefined): Promise<Authorisation>
  readonly required: boolean
  replace(keys: readonly string[]): void
}

export type Authorisation =
  | { readonly ok: true; readonly grant: Grant }
  | { readonly ok: false; readonly message: string }

/** What a sender may send by. It may cease to be valid while the sender is connected. */
export interface Grant {
  status(): 'valid' | 'removed' | 'expired'
}

export function createKeys(initial: readonly string[], tokens: SignedTokens): Keys {
  let digests = initial.map(digestOf)
  const keys: Keys = {
    get required() {
      return digests.length > 0 || tokens.enabled
    },
    async authorise(key = '') {
      if (allows(key)) return { ok: true, grant: { status: () => (allows(key) ? 'valid' : 'removed') } }
      const token = await tokens.verify(key)
      if (token.kind === 'valid' && permits(token.scope, 'write')) {
        return { ok: true, grant: { status: () => (token.isExpired() ? 'expired' : 'valid') } }
      }
      return { ok: false, message: token.kind === 'expired' ? tokenExpired : 'Expected a valid key' }
    },
    replace(keys) {
      digests = keys.map(digestOf)
    },
  }
  return keys

  function allows(key: string): boolean {
    if (!keys.required) return true
    const digest = digestOf(key)
    // Every key is compared, so that the time tells nothing.
    let found = false
    for (const allowed of digests) found = timingSafeEqual(allowed, digest) || found
    return found
  }
}

export const tokenExpired = 'The token has ended; come back with a fresh one'

const digestOf = (key: string): Buffer => createHash('sha256').update(key).digest()

/** The key that a request carries itself: in a header, or in the URL where a browser can set none. */
export function requestKey(headers: IncomingHttpHeaders, url: string): string | undefined {
  return bearerOf(headers) ?? new URL(url, 'http://localhost').searchParams.get('key') ?? undefined
}

/** RFC 6750, 2.1. */
export const bearerOf = ({ authorization = '' }: IncomingHttpHeaders): string | undefined =>
  /^Bearer (.+)$/i.exec(authorization)?.[1]
