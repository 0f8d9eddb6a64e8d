/** Checks write keys, which can change while the collector runs, and finds the one that a request carries. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

export interface Keys {
  /** True also where no keys are set: then everybody may write. */
  allows(key: string | undefined): boolean
  readonly required: boolean
  replace(keys: readonly string[]): void
}

export function createKeys(initial: readonly string[]): Keys {
  let digests = initial.map(digestOf)
  return {
    get required() {
      return digests.length > 0
    },
    allows(key) {
      if (digests.length === 0) return true
      const digest = digestOf(key ?? '')
      // Every key is compared, so that the time tells nothing.
      let found = false
      for (const allowed of digests) found = timingSafeEqual(allowed, digest) || found
      return found
    },
    replace(keys) {
      digests = keys.map(digestOf)
    },
  }
}

const digestOf = (key: string): Buffer => createHash('sha256').update(key).digest()

/** The key that a request carries itself: in a header, or in the URL where a browser can set none. */
export function requestKey(headers: IncomingHttpHeaders, url: string): string | undefined {
  const bearer = /^Bearer (.+)$/i.exec(headers.authorization ?? '')
  return bearer?.[1] ?? new URL(url, 'http://localhost').searchParams.get('key') ?? undefined
}
