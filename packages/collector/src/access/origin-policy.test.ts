import type { IncomingMessage } from 'node:http'
import { expect, it } from 'vitest'
import { createKeys } from './keys.ts'
import { createOriginPolicy, isLoopback } from './origin-policy.ts'
import { readOrigins } from './origins.ts'
import { createProxies, type TrustedProxies } from './proxies.ts'
import { createSignedTokens } from './signed-tokens.ts'

interface Options {
  readonly keys?: string[]
  readonly origins?: string[]
  readonly publicUrl?: string
  readonly trustProxy?: TrustedProxies
  readonly localPages?: boolean
}

function policyOf({ keys = [], origins = [], publicUrl, trustProxy = false, localPages = false }: Options = {}) {
  const { refusal } = createOriginPolicy({
    keys: createKeys(keys, createSignedTokens([], Date.now)),
    origins: readOrigins(origins),
    publicUrl: publicUrl ? new URL(publicUrl) : undefined,
    proxies: createProxies(trustProxy),
    localPages,
  })
  const socket = { remoteAddress: '127.0.0.1' }
  return { refusal: (headers: Record<string, string>) => refusal({ headers, socket } as unknown as IncomingMessage) }
}

it.each(['localhost', 'localhost:4180', '127.0.0.1:1', '127.9.9.9', '[::1]:4180', '::1'])('%s is loopback', (host) => {
  expect(isLoopback(host)).toBe(true)
})

it.each(['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example:80', '10.0.0.1', ''])(
  '%s is not',
  (host) => {
    expect(isLoopback(host)).toBe(false)
  },
)

it('refuses a foreign host without keys (DNS rebinding), and the page that comes with it', () => {
  expect(policyOf().refusal({ host: 'evil.example', origin: 'http://evil.example' })).toContain('loopback host')
  expect(policyOf({ keys: ['k'] }).refusal({ host: 'any.example' })).toBeUndefined()
  expect(policyOf({ publicUrl: 'https://t.example' }).refusal({ host: 't.example' })).toBeUndefined()
})

it('takes its own origin and listed ones only', () => {
  const { refusal } = policyOf({ origins: ['https://game.example'] })
  const host = 'localhost:4180'
  expect(refusal({ host })).toBeUndefined()
  expect(refusal({ host, origin: 'http://localhost:4180' })).toBeUndefined()
  expect(refusal({ host, origin: 'https://game.example' })).toBeUndefined()
  for (const origin of ['http://localhost:5173', 'https://evil.example', 'null', 'https://game.example.evil.example']) {
    expect(refusal({ host, origin })).toContain('allowed origin')
  }
})

it('says how a page is allowed that has no origin of its own', () => {
  const { refusal } = policyOf()
  for (const origin of ['null', 'file://']) {
    expect(refusal({ host: 'localhost', origin })).toContain('--origin null')
  }
  expect(refusal({ host: 'localhost', origin: 'https://null.example' })).toMatch(/Allow it with --origin\.$/)
})

it('takes the pages of this machine where told to, as long as there is no key', () => {
  const host = '127.0.0.1:4180'
  const { refusal } = policyOf({ localPages: true })
  for (const origin of ['http://localhost:5173', 'http://[::1]:8000', 'http://0.0.0.0:8000']) {
    expect(refusal({ host, origin })).toBeUndefined()
  }
  for (const origin of ['http://localhost.evil.example', 'https://evil.example', 'null', 'capacitor://localhost']) {
    expect(refusal({ host, origin })).toContain('allowed origin')
  }
  expect(refusal({ host: 'evil.example', origin: 'http://localhost:5173' })).toContain('loopback host')
  const keyed = policyOf({ keys: ['k'], localPages: true })
  expect(keyed.refusal({ host, origin: 'http://localhost:5173' })).toContain('allowed origin')
})

it.each([
  ['T.Example', 'https://t.example'],
  ['t.example:443', 'https://t.example'],
  ['t.example', 'http://t.example'],
  ['[2001:db8::1]:4180', 'http://[2001:db8::1]:4180'],
])('at the host %s, takes a page of %s for its own', (host, origin) => {
  expect(policyOf({ keys: ['k'] }).refusal({ host, origin })).toBeUndefined()
})

it.each([
  ['t.example:444', 'https://t.example'],
  ['x@t.example', 'https://t.example'],
  ['t.example/', 'https://t.example'],
  ['', 'https://t.example'],
  ['t.example', 'https://x@t.example'],
])('at the host %j, does not take a page of %s for its own', (host, origin) => {
  expect(policyOf({ keys: ['k'] }).refusal({ host, origin })).toContain('allowed origin')
})

it('knows its public URL with its port or without', () => {
  const { refusal } = policyOf({ publicUrl: 'https://t.example' })
  expect(refusal({ host: 't.example:443' })).toBeUndefined()
  expect(refusal({ host: 't.example:80' })).toContain('loopback host')
})

it('believes a proxy about the host only where told to', () => {
  const headers = { host: 'localhost', 'x-forwarded-host': 'evil.example, t.example', origin: 'https://t.example' }
  expect(policyOf({ keys: ['k'] }).refusal(headers)).toContain('allowed origin')
  expect(policyOf({ keys: ['k'], trustProxy: ['10.0.0.1'] }).refusal(headers)).toContain('allowed origin')
  expect(policyOf({ keys: ['k'], trustProxy: 1 }).refusal(headers)).toBeUndefined()
  expect(policyOf({ keys: ['k'], trustProxy: ['127.0.0.0/8'] }).refusal(headers)).toBeUndefined()
})
