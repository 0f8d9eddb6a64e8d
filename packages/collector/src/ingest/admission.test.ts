import { expect, it } from 'vitest'
import { createAdmission, isLoopback, requestKey } from './admission.ts'
import { createKeys } from './keys.ts'

const admission = (over: { keys?: string[]; origins?: string[]; publicUrl?: string; trustProxy?: boolean } = {}) =>
  createAdmission({
    keys: createKeys(over.keys ?? []),
    origins: over.origins ?? [],
    publicUrl: over.publicUrl ? new URL(over.publicUrl) : undefined,
    trustProxy: over.trustProxy ?? false,
  })

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
  expect(admission().refusal({ host: 'evil.example', origin: 'http://evil.example' })).toContain('loopback host')
  expect(admission({ keys: ['k'] }).refusal({ host: 'any.example' })).toBeUndefined()
  expect(admission({ publicUrl: 'https://t.example' }).refusal({ host: 't.example' })).toBeUndefined()
})

it('takes its own origin and listed ones only', () => {
  const { refusal } = admission({ origins: ['https://game.example'] })
  const host = 'localhost:4180'
  expect(refusal({ host })).toBeUndefined()
  expect(refusal({ host, origin: 'http://localhost:4180' })).toBeUndefined()
  expect(refusal({ host, origin: 'https://game.example' })).toBeUndefined()
  for (const origin of ['http://localhost:5173', 'https://evil.example', 'null', 'https://game.example.evil.example']) {
    expect(refusal({ host, origin })).toContain('allowed origin')
  }
})

it('takes the pages of this machine where told to, as long as there is no key', () => {
  const options = { origins: [], publicUrl: undefined, trustProxy: false, localPages: true }
  const host = '127.0.0.1:4180'
  const { refusal } = createAdmission({ ...options, keys: createKeys([]) })
  expect(refusal({ host, origin: 'http://localhost:5173' })).toBeUndefined()
  for (const origin of ['http://localhost.evil.example', 'https://evil.example', 'null']) {
    expect(refusal({ host, origin })).toContain('allowed origin')
  }
  expect(refusal({ host: 'evil.example', origin: 'http://localhost:5173' })).toContain('loopback host')
  const keyed = createAdmission({ ...options, keys: createKeys(['k']) })
  expect(keyed.refusal({ host, origin: 'http://localhost:5173' })).toContain('allowed origin')
})

it('believes a proxy about the host only where told to', () => {
  const headers = { host: 'localhost', 'x-forwarded-host': 't.example', origin: 'https://t.example' }
  expect(admission({ keys: ['k'] }).refusal(headers)).toContain('allowed origin')
  expect(admission({ keys: ['k'], trustProxy: true }).refusal(headers)).toBeUndefined()
})

it('finds a key in the header or the URL', () => {
  expect(requestKey({ authorization: 'Bearer abc' }, '/telemetry')).toBe('abc')
  expect(requestKey({}, '/telemetry?key=a%20b')).toBe('a b')
  expect(requestKey({}, '/telemetry')).toBeUndefined()
})

it('compares whole keys', () => {
  const keys = createKeys(['one', 'two'])
  expect([keys.allows('two'), keys.allows('tw'), keys.allows(''), keys.allows(undefined)]).toEqual([
    true,
    false,
    false,
    false,
  ])
  keys.replace([])
  expect(keys.allows(undefined)).toBe(true)
})
