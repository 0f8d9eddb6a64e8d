/** Lets senders in: by a write key, which can change while the collector runs, or by a signed token; and finds the one that a request carries. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { permits } from './scopes.ts'
import type { SignedTokens } from './signed-tokens.ts'

export interface Keys {
  /** Lets everybody in where nothing is required. */
  admit(key: string | undefined): Promise<Admission>
  readonly required: boolean
  replace(keys: readonly string[]): void
}

export type Admission =
  | { readonly kind: 'admitted'; readonly pass: Pass }
  | { readonly kind: 'refused'; readonly message: string }

/** What a sender was let in with. It may cease to hold while the sender is connected. */
export interface Pass {
  status(): 'holds' | 'removed' | 'ended'
}

export function createKeys(initial: readonly string[], tokens: SignedTokens): Keys {
  let digests = initial.map(digestOf)
  const keys: Keys = {
    get required() {
      return digests.length > 0 || tokens.enabled
    },
    async admit(key = '') {
      if (allows(key)) return { kind: 'admitted', pass: { status: () => (allows(key) ? 'holds' : 'removed') } }
      const verdict = await tokens.verify(key)
      if (verdict.kind === 'held' && permits(verdict.scope, 'write')) {
        return { kind: 'admitted', pass: { status: () => (verdict.hasEnded() ? 'ended' : 'holds') } }
      }
      return { kind: 'refused', message: verdict.kind === 'ended' ? tokenEnded : 'Expected a valid key' }
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

export const tokenEnded = 'The token has ended; come back with a fresh one'

const digestOf = (key: string): Buffer => createHash('sha256').update(key).digest()

/** The key that a request carries itself: in a header, or in the URL where a browser can set none. */
export function requestKey(headers: IncomingHttpHeaders, url: string): string | undefined {
  const bearer = /^Bearer (.+)$/i.exec(headers.authorization ?? '')
  return bearer?.[1] ?? new URL(url, 'http://localhost').searchParams.get('key') ?? undefined
}
