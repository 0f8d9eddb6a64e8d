import type { IncomingMessage } from 'node:http'
import { expect, it } from 'vitest'
import { createProxies } from '../access/proxies.ts'
import { createSignedTokens, signToken } from '../access/signed-tokens.ts'
import { createApiAccess } from './api-access.ts'

const maxGuessesPerMinute = 3

interface Given {
  readonly readToken?: string | undefined
  readonly adminToken?: string | undefined
  readonly tokenSecrets?: readonly string[]
  readonly publicUrl?: string
}

function anAccess({ readToken, adminToken, tokenSecrets = [], publicUrl }: Given = { readToken: 'secret' }) {
  const startMs = Date.now()
  let nowMs = 0
  const access = createApiAccess({
    readToken,
    adminToken,
    signedTokens: createSignedTokens(tokenSecrets, () => startMs + nowMs),
    proxies: createProxies(1),
    publicUrl: publicUrl === undefined ? undefined : new URL(publicUrl),
    maxGuessesPerMinute,
    monotonicNow: () => nowMs,
  })
  const from = (headers: Record<string, string>, sender = '203.0.113.9') =>
    ({
      headers: { host: 'localhost:4180', 'x-forwarded-for': sender, ...headers },
      socket: {},
    }) as unknown as IncomingMessage
  const decide = (headers: Record<string, string>, sender?: string) => access.decide(from(headers, sender), 'read')
  /** Of a browser that has shown a token. */
  const cookie = async (headers: Record<string, string> = {}, token = 'secret') => {
    const decision = await access.verifyToken(token, from(headers))
    if (decision.kind !== 'valid') throw new Error(decision.kind)
    return access.cookieFor(from(headers), decision.ticket)
  }
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
  return {
    access,
    decide,
    administers: (headers: Record<string, string>) => access.decide(from(headers), 'admin'),
    cookie,
    bearer,
    from,
    pass(ms: number) {
      nowMs += ms
    },
  }
}

it('lets everybody do everything where there is no token', async () => {
  const { decide, administers } = anAccess({})
  expect([await decide({}), await administers({})]).toEqual(['allowed', 'allowed'])
})

it.each([
  [{ readToken: 'reader', adminToken: 'admin' }, 'forbidden', 'allowed'],
  [{ readToken: 'reader' }, 'forbidden', 'unauthorised'],
  [{ adminToken: 'admin' }, 'unauthorised', 'allowed'],
])('of %j lets only the admin token administer', async (given, reader, admin) => {
  const { administers, bearer } = anAccess(given)
  expect(await administers(bearer('reader'))).toBe(reader)
  expect(await administers(bearer('admin'))).toBe(admin)
  expect([await administers(bearer('guess')), await administers({})]).toEqual(['unauthorised', 'unauthorised'])
})

it('lets whoever administers read, and whoever reads only read, also by cookie', async () => {
  const { decide, administers, bearer, cookie } = anAccess({ readToken: 'reader', adminToken: 'admin' })
  expect(await decide(bearer('admin'))).toBe('allowed')
  const [reader, admin] = [await cookie({}, 'reader'), await cookie({}, 'admin')]
  expect([await decide({ cookie: reader }), await decide({ cookie: admin })]).toEqual(['allowed', 'allowed'])
  expect([await administers({ cookie: reader }), await administers({ cookie: admin })]).toEqual([
    'forbidden',
    'allowed',
  ])
  expect(await administers({ cookie: `${reader}; ${admin}` })).toBe('allowed')
})

it('lets nobody guess the admin token faster than the read token', async () => {
  const { administers, decide, bearer } = anAccess({ readToken: 'reader', adminToken: 'admin' })
  for (let guess = 0; guess < maxGuessesPerMinute; guess++)
    expect(await administers(bearer(`guess ${guess}`))).toBe('unauthorised')
  expect([await administers(bearer('admin')), await decide(bearer('reader'))]).toEqual(['limited', 'limited'])
})

it('takes a token of the wrong kind for no guess', async () => {
  const { administers, bearer } = anAccess({ readToken: 'reader', adminToken: 'admin' })
  for (let at = 0; at < 50; at++) expect(await administers(bearer('reader'))).toBe('forbidden')
})

it('takes the token as a bearer, or the cookie that stands for it', async () => {
  const { access, decide, bearer, cookie, from } = anAccess()
  expect(await decide(bearer('secret'))).toBe('allowed')
  expect(await decide({ cookie: await cookie() })).toBe('allowed')
  expect(await decide({ cookie: `a=b; ${await cookie()}; c=d` })).toBe('allowed')
  expect(await access.verifyToken('secret', from({}))).toMatchObject({ kind: 'valid', scope: 'read' })
})

it('takes a cookie beside a header of somebody else, such as a proxy that asks for a password', async () => {
  const { decide, cookie } = anAccess()
  expect(await decide({ authorization: 'Basic dTpw', cookie: await cookie() })).toBe('allowed')
})

it.each([
  {},
  { authorization: 'Bearer wrong' },
  { authorization: 'Basic secret' },
  { authorization: 'Bearer ' },
  { cookie: 'downlink_read_4180=' },
  { cookie: 'downlink_read_4180=secret' },
])('refuses %j', async (headers) => {
  expect(await anAccess().decide(headers)).toBe('unauthorised')
})

it('refuses the cookie of another collector, and of itself before it was started anew', async () => {
  const { decide, cookie } = anAccess()
  expect(await decide({ cookie: await anAccess().cookie() })).toBe('unauthorised')
  expect(await decide({ cookie: `x${await cookie()}` })).toBe('unauthorised')
})

it('looks at no more tokens of an address that guesses, but at those of others', async () => {
  const { access, decide, bearer, from } = anAccess()
  for (let guess = 0; guess < maxGuessesPerMinute; guess++)
    expect(await decide(bearer(`guess ${guess}`))).toBe('unauthorised')
  expect(await decide(bearer('secret'))).toBe('limited')
  expect(await access.verifyToken('secret', from({}))).toEqual({ kind: 'limited' })
  expect(await decide(bearer('secret'), '203.0.113.10')).toBe('allowed')
  expect(await decide(bearer('guess'), '127.0.0.1, 203.0.113.9')).toBe('limited')
})

it('looks again after a while, and counts only wrong ones', async () => {
  const { access, decide, bearer, pass } = anAccess()
  for (let at = 0; at < 100; at++) expect(await decide(bearer('secret'))).toBe('allowed')
  for (let guess = 0; guess < 50; guess++) await decide(bearer(`guess ${guess}`))
  pass(access.retryAfterSeconds * 1000 - 1)
  expect(await decide(bearer('secret'))).toBe('limited')
  pass(1)
  expect(await decide(bearer('secret'))).toBe('allowed')
})

it('never limits whoever has the cookie, whatever else its address does', async () => {
  const { decide, bearer, cookie } = anAccess()
  const held = { cookie: await cookie() }
  for (let guess = 0; guess < 50; guess++) await decide(bearer(`guess ${guess}`))
  expect(await decide(held)).toBe('allowed')
})

it('does not let a good cookie make up for a wrong bearer', async () => {
  const { decide, bearer, cookie } = anAccess()
  expect(await decide({ ...bearer('wrong'), cookie: await cookie() })).toBe('unauthorised')
})

it('takes no cookie for a guess, since that can not be guessed', async () => {
  const { decide, bearer } = anAccess()
  for (let at = 0; at < 50; at++) expect(await decide({ cookie: 'downlink_read_4180=stale' })).toBe('unauthorised')
  expect(await decide(bearer('secret'))).toBe('allowed')
})

it('has one cookie for each port, since browsers send them to all', async () => {
  const [one, other] = [anAccess(), anAccess()]
  const [host, otherHost] = [{ host: 'localhost:4180' }, { host: 'localhost:4181' }]
  const cookie = `${await one.cookie(host)}; ${await other.cookie(otherHost)}`
  expect(await one.decide({ ...host, cookie })).toBe('allowed')
  expect(await other.decide({ ...otherHost, cookie })).toBe('allowed')
  expect(await one.cookie({ host: 't.example' })).toMatch(/^downlink_read=/)
})

it('takes any of several cookies of its name, as two prefixes of one host have them', async () => {
  const { decide, cookie } = anAccess()
  expect(await decide({ cookie: `${await anAccess().cookie()}; ${await cookie()}` })).toBe('allowed')
})

it('sets a cookie that scripts and other sites never see, and that holds no token', async () => {
  const { cookie } = anAccess()
  expect(await cookie()).toMatch(/^downlink_read_4180=[\w-]{43}; HttpOnly; SameSite=Strict$/)
  expect(await cookie({ 'x-forwarded-proto': 'https' })).toMatch(/; Secure$/)
  expect(await anAccess({ readToken: 'secret', publicUrl: 'https://t.example' }).cookie()).toMatch(/; Secure$/)
})

const tokenSecret = 's'.repeat(32)
const aSigned = (scope: 'write' | 'read' | 'admin', lifeSeconds = 60) =>
  signToken({ secret: tokenSecret, scope, lifeSeconds })

it('opens nothing where tokens are signed', async () => {
  const { decide, administers } = anAccess({ tokenSecrets: [tokenSecret] })
  expect([await decide({}), await administers({})]).toEqual(['unauthorised', 'unauthorised'])
})

it.each([
  ['write', 'forbidden', 'forbidden'],
  ['read', 'allowed', 'forbidden'],
  ['admin', 'allowed', 'allowed'],
] as const)('of a signed token to %s holds each to its scope', async (scope, reads, administering) => {
  const { decide, administers, bearer, cookie } = anAccess({ tokenSecrets: [tokenSecret] })
  const token = await aSigned(scope)
  for (const shown of [bearer(token), { cookie: await cookie({}, token) }]) {
    expect([await decide(shown), await administers(shown)]).toEqual([reads, administering])
  }
})

it('gives a cookie for a signed token that ends when the token does', async () => {
  const { decide, cookie, pass } = anAccess({ readToken: 'secret', tokenSecrets: [tokenSecret] })
  const shown = { cookie: await cookie({}, await aSigned('read')) }
  expect(await decide(shown)).toBe('allowed')
  pass(121_000)
  expect(await decide(shown)).toBe('unauthorised')
})

it('takes a token that has ended for no guess, and a forged one for one', async () => {
  const { decide, bearer, pass } = anAccess({ tokenSecrets: [tokenSecret] })
  const ended = bearer(await aSigned('read'))
  pass(121_000)
  for (let at = 0; at < 50; at++) expect(await decide(ended)).toBe('unauthorised')
  const forged = bearer(await signToken({ secret: 'x'.repeat(32), scope: 'read', lifeSeconds: 60 }))
  for (let guess = 0; guess < maxGuessesPerMinute; guess++) expect(await decide(forged)).toBe('unauthorised')
  expect(await decide(forged)).toBe('limited')
})
