/** Who may read: whoever shows the read token, in a header or in the cookie that the page's form sets. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

export interface ReadAccess {
  allows(headers: IncomingHttpHeaders): boolean
  allowsToken(token: string): boolean
  /** The Set-Cookie of a browser that has shown the token. */
  cookie(options: CookieOptions): string
}

export interface CookieOptions {
  readonly path: string
  /** Over https alone. */
  readonly secure: boolean
}

const cookieName = 'downlink_read'

export function createReadAccess(readToken: string | undefined): ReadAccess {
  // Digests have one length, which a constant-time comparison needs. The cookie is one too: it gives no token away.
  const expected = readToken === undefined ? undefined : digestOf(readToken)

  return {
    allows({ authorization = '', cookie = '' }) {
      if (!expected) return true
      const bearer = /^Bearer (.+)$/i.exec(authorization)?.[1]
      if (bearer !== undefined) return timingSafeEqual(digestOf(bearer), expected)
      return cookiesOf(cookie).some((shown) => isSame(shown, expected))
    },

    allowsToken: (token) => !expected || timingSafeEqual(digestOf(token), expected),

    cookie({ path, secure }) {
      const value = expected?.toString('base64url') ?? ''
      return `${cookieName}=${value}; Path=${path}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`
    },
  }
}

const digestOf = (token: string): Buffer => createHmac('sha256', 'downlink read token').update(token).digest()

function isSame(shown: string, expected: Buffer): boolean {
  const bytes = Buffer.from(shown, 'base64url')
  return bytes.length === expected.length && timingSafeEqual(bytes, expected)
}

function cookiesOf(header: string): readonly string[] {
  const prefix = `${cookieName}=`
  return header
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part.startsWith(prefix))
    .map((part) => part.slice(prefix.length))
}
