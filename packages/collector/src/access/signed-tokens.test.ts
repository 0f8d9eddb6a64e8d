import { createHmac, createSign, generateKeyPairSync } from 'node:crypto'
import { expect, it } from 'vitest'
import { createSignedTokens, signToken, tokenLimits } from './signed-tokens.ts'

const secret = 'a secret of the game server, 32 bytes or more'
const other = 'another secret, which takes its place at rotation'
const startMs = 1_800_000_000_000
const inAnHour = startMs / 1000 + 3600
const claims = { scope: 'write', exp: inAnHour }

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** As any library would, and some that are broken. */
function aToken(
  payload: unknown = claims,
  header: unknown = { alg: 'HS256' },
  key: string | Buffer = secret,
  hash = 'sha256',
) {
  const signed = `${encode(header)}.${encode(payload)}`
  return `${signed}.${createHmac(hash, key).update(signed).digest('base64url')}`
}

function theTokens(secrets: readonly string[] = [secret]) {
  let nowMs = startMs
  const tokens = createSignedTokens(secrets, () => nowMs)
  return {
    kindOf: async (text: string) => (await tokens.verify(text)).kind,
    verify: tokens.verify,
    pass(ms: number) {
      nowMs += ms
    },
  }
}

it.each(['write', 'read', 'admin'])('takes what any library signs, and knows its scope: %s', async (scope) => {
  expect(await theTokens().verify(aToken({ ...claims, scope }))).toMatchObject({ kind: 'valid', scope })
})

it('takes what it signs itself', async () => {
  const tokens = createSignedTokens([secret], Date.now)
  const text = await signToken({ secret, scope: 'read', lifeSeconds: tokenLimits.maxLifeSeconds })
  expect(await tokens.verify(text)).toMatchObject({ kind: 'valid', scope: 'read' })
})

it('takes tokens of two secrets while one takes the place of the other, and only of those', async () => {
  const [old, fresh] = [aToken(claims, { alg: 'HS256' }, secret), aToken(claims, { alg: 'HS256' }, other)]
  const both = theTokens([other, secret])
  expect([await both.kindOf(old), await both.kindOf(fresh)]).toEqual(['valid', 'valid'])
  const after = theTokens([other])
  expect([await after.kindOf(old), await after.kindOf(fresh)]).toEqual(['invalid', 'valid'])
  expect(await theTokens([]).kindOf(old)).toBe('invalid')
})

it('knows one that has ended, of either secret, from one that was never ours', async () => {
  const { kindOf, pass } = theTokens([other, secret])
  pass(3600_000 + tokenLimits.clockToleranceSeconds * 1000 - 1)
  expect(await kindOf(aToken())).toBe('valid')
  pass(1)
  expect(await kindOf(aToken())).toBe('expired')
  expect(await kindOf(aToken(claims, { alg: 'HS256' }, 'x'.repeat(32)))).toBe('invalid')
})

it('ends at the time at which it would be refused', async () => {
  const { verify, pass } = theTokens()
  const token = await verify(aToken())
  if (token.kind !== 'valid') throw new Error(token.kind)
  pass(3600_000 + tokenLimits.clockToleranceSeconds * 1000 - 1)
  expect(token.isExpired()).toBe(false)
  pass(1)
  expect(token.isExpired()).toBe(true)
})

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const publicPem = publicKey.export({ type: 'spki', format: 'pem' }).toString()

function aTokenByRsa(): string {
  const signed = `${encode({ alg: 'RS256' })}.${encode(claims)}`
  return `${signed}.${createSign('sha256').update(signed).sign(privateKey, 'base64url')}`
}

const bare = `${encode({ alg: 'none' })}.${encode(claims)}.`
const [header = '', payload = '', signature = ''] = aToken().split('.')
const { maxLifeSeconds, clockToleranceSeconds } = tokenLimits

it.each<readonly [string, string]>([
  ['nothing', ''],
  ['a word', 'key'],
  ['dots', '..'],
  ['one more part', `${aToken()}.x`],
  ['an unsigned one', bare],
  ['an unsigned one with a signature', aToken(claims, { alg: 'none' })],
  ['an unsigned one, spelt otherwise', aToken(claims, { alg: 'nOnE' })],
  ['RS256', aTokenByRsa()],
  ['RS256 by our secret', aToken(claims, { alg: 'RS256' })],
  ['HS512', aToken(claims, { alg: 'HS512' }, secret, 'sha512')],
  ['no algorithm', aToken(claims, {})],
  ['a header that is no object', aToken(claims, 'HS256')],
  ['a critical extension that nobody knows', aToken(claims, { alg: 'HS256', crit: ['x'], x: 1 })],
  ['an unencoded payload', aToken(claims, { alg: 'HS256', crit: ['b64'], b64: false })],
  ['no end', aToken({ scope: 'write' })],
  ['an end that is null', aToken({ ...claims, exp: null })],
  ['an end that is text', aToken({ ...claims, exp: String(inAnHour) })],
  ['an end in a year', aToken({ ...claims, exp: inAnHour + 31_536_000 })],
  ['an end in milliseconds', aToken({ ...claims, exp: inAnHour * 1000 })],
  ['an end that is huge', aToken({ ...claims, exp: 1e300 })],
  ['an end just too far', aToken({ ...claims, exp: startMs / 1000 + maxLifeSeconds + clockToleranceSeconds + 1 })],
  ['a beginning to come', aToken({ ...claims, nbf: inAnHour })],
  ['no scope', aToken({ exp: inAnHour })],
  ['a scope that there is not', aToken({ ...claims, scope: 'root' })],
  ['two scopes', aToken({ ...claims, scope: 'write read' })],
  ['a list of scopes', aToken({ ...claims, scope: ['write'] })],
  ['a payload that is no object', aToken('write')],
  ['a payload that is null', aToken(null)],
  ['another payload', `${header}.${encode({ ...claims, scope: 'admin' })}.${signature}`],
  ['another signature', `${header}.${payload}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`],
  ['a signature that is cut', `${header}.${payload}.${signature.slice(0, -2)}`],
  ['no signature', `${header}.${payload}.`],
  ['a payload that is cut', `${header}.${payload.slice(0, -3)}.${signature}`],
  ['another secret', aToken(claims, { alg: 'HS256' }, other)],
  ['an empty secret', aToken(claims, { alg: 'HS256' }, '')],
  ['much of nothing', 'x'.repeat(4096)],
  ['many dots', '.'.repeat(4096)],
])('refuses %s', async (_name, text) => {
  expect(await theTokens().kindOf(text)).toBe('invalid')
})

it('is not misled by a secret that is a public key', async () => {
  const { kindOf } = theTokens([publicPem])
  expect(await kindOf(aTokenByRsa())).toBe('invalid')
})

it('takes the longest life that a clock that differs may have signed', async () => {
  const exp = startMs / 1000 + maxLifeSeconds + clockToleranceSeconds
  expect(await theTokens().kindOf(aToken({ ...claims, exp }))).toBe('valid')
})

it.each([
  [['x'.repeat(31)], 'Expected a token secret of at least 32 bytes, got 31'],
  [[''], 'Expected a token secret of at least 32 bytes, got 0'],
  [['a', 'b', 'c'], 'Expected at most 2 `tokenSecrets`, got 3'],
])('refuses the secrets %j', (secrets, message) => {
  expect(() => createSignedTokens(secrets, Date.now)).toThrow(expect.objectContaining({ code: 'bad_option', message }))
})

it('counts a secret in bytes', async () => {
  expect(() => createSignedTokens(['é'.repeat(16)], Date.now)).not.toThrow()
})

it.each([0, -1, Number.NaN, maxLifeSeconds + 1, Number.POSITIVE_INFINITY])(
  'signs nothing for %d s',
  async (lifeSeconds) => {
    await expect(signToken({ secret, scope: 'write', lifeSeconds })).rejects.toMatchObject({ code: 'bad_option' })
  },
)
