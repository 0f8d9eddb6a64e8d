import type { IncomingMessage } from 'node:http'
import { expect, it } from 'vitest'
import { createProxies } from '../access/proxies.ts'
import { createApiAccess } from './api-access.ts'

const maxGuessesPerMinute = 3

interface Given {
  readonly readToken?: string | undefined
  readonly adminToken?: string | undefined
  readonly publicUrl?: string
}

function anAccess({ readToken, adminToken, publicUrl }: Given = { readToken: 'secret' }) {
  let nowMs = 0
  const access = createApiAccess({
    readToken,
    adminToken,
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
  const admits = (headers: Record<string, string>, sender?: string) => access.judge(from(headers, sender), 'read')
  const cookie = (headers: Record<string, string> = {}, scope: 'read' | 'admin' = 'read') =>
    access.cookieFor(from(headers), scope).split(';')[0] ?? ''
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
  return {
    access,
    admits,
    administers: (headers: Record<string, string>) => access.judge(from(headers), 'admin'),
    cookie,
    bearer,
    from,
    pass(ms: number) {
      nowMs += ms
    },
  }
}

it('lets everybody do everything where there is no token', () => {
  const { admits, administers } = anAccess({})
  expect([admits({}), administers({})]).toEqual(['allowed', 'allowed'])
})

it.each([
  [{ readToken: 'reader', adminToken: 'admin' }, 'forbidden', 'allowed'],
  [{ readToken: 'reader' }, 'forbidden', 'unauthorised'],
  [{ adminToken: 'admin' }, 'unauthorised', 'allowed'],
])('of %j lets only the admin token administer', (given, reader, admin) => {
  const { administers, bearer } = anAccess(given)
  expect(administers(bearer('reader'))).toBe(reader)
  expect(administers(bearer('admin'))).toBe(admin)
  expect([administers(bearer('guess')), administers({})]).toEqual(['unauthorised', 'unauthorised'])
})

it('lets whoever administers read, and whoever reads only read, also by cookie', () => {
  const given = { readToken: 'reader', adminToken: 'admin' }
  const { access, admits, administers, bearer, cookie, from } = anAccess(given)
  expect(admits(bearer('admin'))).toBe('allowed')
  const [reader, admin] = [{ cookie: cookie() }, { cookie: cookie({}, 'admin') }]
  expect([admits(reader), admits(admin)]).toEqual(['allowed', 'allowed'])
  expect([administers(reader), administers(admin)]).toEqual(['forbidden', 'allowed'])
  expect(administers({ cookie: `${cookie()}; ${cookie({}, 'admin')}` })).toBe('allowed')
  expect(access.judgeToken('reader', from({}))).toEqual({ kind: 'held', scope: 'read' })
  expect(access.judgeToken('admin', from({}))).toEqual({ kind: 'held', scope: 'admin' })
})

it('lets nobody guess the admin token faster than the read token', () => {
  const { administers, admits, bearer } = anAccess({ readToken: 'reader', adminToken: 'admin' })
  for (let guess = 0; guess < maxGuessesPerMinute; guess++)
    expect(administers(bearer(`guess ${guess}`))).toBe('unauthorised')
  expect([administers(bearer('admin')), admits(bearer('reader'))]).toEqual(['limited', 'limited'])
})

it('takes a token of the wrong kind for no guess', () => {
  const { administers, bearer } = anAccess({ readToken: 'reader', adminToken: 'admin' })
  for (let at = 0; at < 50; at++) expect(administers(bearer('reader'))).toBe('forbidden')
})

it('takes the token as a bearer, or the cookie that stands for it', () => {
  const { access, admits, bearer, cookie, from } = anAccess()
  expect(admits(bearer('secret'))).toBe('allowed')
  expect(admits({ cookie: cookie() })).toBe('allowed')
  expect(admits({ cookie: `a=b; ${cookie()}; c=d` })).toBe('allowed')
  expect(access.judgeToken('secret', from({}))).toEqual({ kind: 'held', scope: 'read' })
})

it('takes a cookie beside a header of somebody else, such as a proxy that asks for a password', () => {
  const { admits, cookie } = anAccess()
  expect(admits({ authorization: 'Basic dTpw', cookie: cookie() })).toBe('allowed')
})

it.each([
  {},
  { authorization: 'Bearer wrong' },
  { authorization: 'Basic secret' },
  { authorization: 'Bearer ' },
  { cookie: 'downlink_read_4180=' },
  { cookie: 'downlink_read_4180=secret' },
])('refuses %j', (headers) => {
  expect(anAccess().admits(headers)).toBe('unauthorised')
})

it('refuses the cookie of another collector, and of itself before it was started anew', () => {
  const { admits, cookie } = anAccess()
  expect(admits({ cookie: anAccess().cookie() })).toBe('unauthorised')
  expect(admits({ cookie: `x${cookie()}` })).toBe('unauthorised')
})

it('looks at no more tokens of an address that guesses, but at those of others', () => {
  const { access, admits, bearer, from } = anAccess()
  for (let guess = 0; guess < maxGuessesPerMinute; guess++)
    expect(admits(bearer(`guess ${guess}`))).toBe('unauthorised')
  expect(admits(bearer('secret'))).toBe('limited')
  expect(access.judgeToken('secret', from({}))).toEqual({ kind: 'limited' })
  expect(admits(bearer('secret'), '203.0.113.10')).toBe('allowed')
  expect(admits(bearer('guess'), '127.0.0.1, 203.0.113.9')).toBe('limited')
})

it('looks again after a while, and counts only wrong ones', () => {
  const { access, admits, bearer, pass } = anAccess()
  for (let at = 0; at < 100; at++) expect(admits(bearer('secret'))).toBe('allowed')
  for (let guess = 0; guess < 50; guess++) admits(bearer(`guess ${guess}`))
  pass(access.retryAfterSeconds * 1000 - 1)
  expect(admits(bearer('secret'))).toBe('limited')
  pass(1)
  expect(admits(bearer('secret'))).toBe('allowed')
})

it('never limits whoever has the cookie, whatever else its address does', () => {
  const { admits, bearer, cookie } = anAccess()
  for (let guess = 0; guess < 50; guess++) admits(bearer(`guess ${guess}`))
  expect(admits({ cookie: cookie() })).toBe('allowed')
})

it('does not let a good cookie make up for a wrong bearer', () => {
  const { admits, bearer, cookie } = anAccess()
  expect(admits({ ...bearer('wrong'), cookie: cookie() })).toBe('unauthorised')
})

it('takes no cookie for a guess, since that can not be guessed', () => {
  const { admits, bearer } = anAccess()
  for (let at = 0; at < 50; at++) expect(admits({ cookie: 'downlink_read_4180=stale' })).toBe('unauthorised')
  expect(admits(bearer('secret'))).toBe('allowed')
})

it('has one cookie for each port, since browsers send them to all', () => {
  const [one, other] = [anAccess(), anAccess()]
  const [host, otherHost] = [{ host: 'localhost:4180' }, { host: 'localhost:4181' }]
  const cookie = `${one.cookie(host)}; ${other.cookie(otherHost)}`
  expect(one.admits({ ...host, cookie })).toBe('allowed')
  expect(other.admits({ ...otherHost, cookie })).toBe('allowed')
  expect(one.cookie({ host: 't.example' })).toMatch(/^downlink_read=/)
})

it('takes any of several cookies of its name, as two prefixes of one host have them', () => {
  const { admits, cookie } = anAccess()
  expect(admits({ cookie: `${anAccess().cookie()}; ${cookie()}` })).toBe('allowed')
})

it('sets a cookie that scripts and other sites never see, and that holds no token', () => {
  const { access, from } = anAccess()
  expect(access.cookieFor(from({}), 'read')).toMatch(/^downlink_read_4180=[\w-]{43}; HttpOnly; SameSite=Strict$/)
  expect(access.cookieFor(from({ 'x-forwarded-proto': 'https' }), 'read')).toMatch(/; Secure$/)
  expect(anAccess({ readToken: 'secret', publicUrl: 'https://t.example' }).access.cookieFor(from({}), 'read')).toMatch(
    /; Secure$/,
  )
})
