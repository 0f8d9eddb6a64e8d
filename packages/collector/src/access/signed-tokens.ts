/** Signs and verifies tokens that end by themselves: JSON Web Tokens (RFC 7519) by HMAC with SHA-256, and by nothing else. */
import { createSecretKey, type KeyObject } from 'node:crypto'
import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose'
import { CollectorError } from '../errors.ts'
import type { Scope } from './scopes.ts'

export const tokenLimits = {
  /** RFC 7518, 3.2: as long as the hash. */
  minSecretBytes: 32,
  /** The one that is signed with, and the one before it. */
  maxSecrets: 2,
  /** 31 days. Whoever is to be let in for longer has a key. */
  maxLifeSeconds: 2_678_400,
  /** By how much the clock of the machine that signed may differ. */
  clockToleranceSeconds: 60,
} as const

export type VerifiedToken =
  | { readonly kind: 'valid'; readonly scope: Scope; isExpired(): boolean }
  /** It was one of ours. */
  | { readonly kind: 'expired' }
  | { readonly kind: 'invalid' }

export interface SignedTokens {
  /** False where there is no secret, and so no token that is valid. */
  readonly enabled: boolean
  verify(text: string): Promise<VerifiedToken>
}

/** @throws {CollectorError} `bad_option` */
export function createSignedTokens(secrets: readonly string[], wallMs: () => number): SignedTokens {
  const { maxSecrets, maxLifeSeconds, clockToleranceSeconds } = tokenLimits
  if (secrets.length > maxSecrets) {
    throw new CollectorError('bad_option', `Expected at most ${maxSecrets} \`tokenSecrets\`, got ${secrets.length}`)
  }
  const keys = secrets.map(keyOf)
  return {
    enabled: keys.length > 0,
    async verify(text) {
      // There are two at most: a token need not name the one that it was signed with.
      for (const key of keys) {
        const token = await verifyBy(key, text)
        if (token.kind !== 'invalid') return token
      }
      return { kind: 'invalid' }
    },
  }

  async function verifyBy(key: KeyObject, text: string): Promise<VerifiedToken> {
    try {
      // The algorithm is ours to say, never the token's: neither `none`, nor a public key that is taken for a secret.
      const { payload } = await jwtVerify(text, key, {
        algorithms: ['HS256'],
        requiredClaims: ['exp'],
        clockTolerance: clockToleranceSeconds,
        currentDate: new Date(wallMs()),
      })
      return verifyClaims(payload)
    } catch (error) {
      return { kind: error instanceof errors.JWTExpired ? 'expired' : 'invalid' }
    }
  }

  function verifyClaims({ scope, exp = 0 }: JWTPayload): VerifiedToken {
    const endsAtMs = (exp + clockToleranceSeconds) * 1000
    const lastsTooLong = endsAtMs > wallMs() + (maxLifeSeconds + 2 * clockToleranceSeconds) * 1000
    if (!isScope(scope) || lastsTooLong) return { kind: 'invalid' }
    return { kind: 'valid', scope, isExpired: () => wallMs() >= endsAtMs }
  }
}

export interface TokenRequest {
  /** One of the collector's `tokenSecrets`. */
  readonly secret: string
  readonly scope: Scope
  /** From 1 to 2,678,400, which are 31 days. */
  readonly lifeSeconds: number
}

/**
 * A token that a collector with this secret lets in until it ends.
 *
 * @example await signToken({ secret, scope: 'write', lifeSeconds: 3600 })
 * @throws {CollectorError} `bad_option`
 */
export async function signToken({ secret, scope, lifeSeconds }: TokenRequest): Promise<string> {
  const { maxLifeSeconds } = tokenLimits
  if (!(lifeSeconds >= 1 && lifeSeconds <= maxLifeSeconds)) {
    const expected = `Expected \`lifeSeconds\` to be a number from 1 to ${maxLifeSeconds}`
    throw new CollectorError('bad_option', `${expected}, got ${lifeSeconds}`)
  }
  const nowSeconds = Math.floor(Date.now() / 1000)
  return new SignJWT({ scope, iat: nowSeconds, exp: Math.floor(nowSeconds + lifeSeconds) })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .sign(keyOf(secret))
}

const isScope = (value: unknown): value is Scope => value === 'write' || value === 'read' || value === 'admin'

/** A secret is not repeated in a message. */
function keyOf(secret: string): KeyObject {
  const bytes = Buffer.from(secret)
  if (bytes.length < tokenLimits.minSecretBytes) {
    const expected = `Expected a token secret of at least ${tokenLimits.minSecretBytes} bytes`
    throw new CollectorError('bad_option', `${expected}, got ${bytes.length}`)
  }
  return createSecretKey(bytes)
}
