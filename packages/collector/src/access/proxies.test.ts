import type { IncomingMessage } from 'node:http'
import { expect, it } from 'vitest'
import { createProxies, type TrustedProxies } from './proxies.ts'

function asked(
  trusted: TrustedProxies,
  { from = '127.0.0.1', ...headers }: Readonly<Record<string, string | undefined>>,
) {
  const request = { headers, socket: { remoteAddress: from || undefined } } as unknown as IncomingMessage
  const { senderOf, hostOf, isSecure } = createProxies(trusted)
  return { sender: senderOf(request), host: hostOf(request), secure: isSecure(request) }
}

const sender = (trusted: TrustedProxies, forwardedFor: string | undefined, from?: string) =>
  asked(trusted, { ...(from !== undefined && { from }), 'x-forwarded-for': forwardedFor }).sender

it('counts proxies from the right, whatever the sender claims', () => {
  expect(sender(false, '203.0.113.9')).toBe('127.0.0.1')
  expect(sender(1, '127.0.0.1, 203.0.113.9')).toBe('203.0.113.9')
  expect(sender(2, '127.0.0.1, 203.0.113.9, 10.0.0.2')).toBe('203.0.113.9')
  expect(sender(1, `${'127.0.0.1, '.repeat(900)}203.0.113.9`)).toBe('203.0.113.9')
})

it('takes what there is where fewer proxies were passed', () => {
  expect(sender(3, '203.0.113.9')).toBe('203.0.113.9')
  expect(sender(1, undefined)).toBe('127.0.0.1')
  expect(sender(1, '')).toBe('127.0.0.1')
})

it('passes over the proxies that it knows, from the right', () => {
  const known = ['127.0.0.1', '10.0.0.0/8', 'fd00::/8']
  expect(sender(known, '127.0.0.1, 203.0.113.9, 10.1.2.3')).toBe('203.0.113.9')
  expect(sender(known, '203.0.113.9, fd00::7')).toBe('203.0.113.9')
  expect(sender(known, '203.0.113.9, ::ffff:10.1.2.3')).toBe('203.0.113.9')
  expect(sender(known, '127.0.0.1', '198.51.100.1')).toBe('198.51.100.1')
  expect(sender(known, '10.9.9.9, 10.1.2.3')).toBe('10.9.9.9')
})

it.each(['unknown', '_hidden', '203.0.113.9, ', '203.0.113.9, <script>', '1.2.3', '203.0.113.9, 999.1.1.1'])(
  'counts for the proxy that passes %j on',
  (forwardedFor) => {
    expect(sender(1, forwardedFor)).toBe('127.0.0.1')
  },
)

it.each([
  ['203.0.113.9:5678', '203.0.113.9'],
  ['::ffff:203.0.113.9', '203.0.113.9'],
  ['::FFFF:CB00:7109', '203.0.113.9'],
  ['[2001:db8::1]:5678', '2001:db8:0:0::/64'],
  ['[2001:db8::1]', '2001:db8:0:0::/64'],
  ['2001:DB8:0:0:9:8:7:6', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
])('reads %s as %s', (forwardedFor, address) => {
  expect(sender(1, forwardedFor)).toBe(address)
})

it('counts a connection without a proxy the same way', () => {
  expect(sender(false, undefined, '::ffff:203.0.113.9')).toBe('203.0.113.9')
  expect(sender(false, undefined, '2001:db8::5')).toBe(sender(false, undefined, '2001:db8::6'))
})

it('believes a proxy on a Unix socket, which has no address', () => {
  const request = { from: '', 'x-forwarded-for': '127.0.0.1, 203.0.113.9', 'x-forwarded-proto': 'https' }
  expect(asked(1, request)).toMatchObject({ sender: '203.0.113.9', secure: true })
  expect(asked(['10.0.0.0/8'], request)).toMatchObject({ sender: '203.0.113.9', secure: true })
  expect(asked(false, request)).toMatchObject({ sender: '', secure: false })
})

it('takes host and scheme from the nearest proxy, and from nobody else', () => {
  const headers = {
    host: 'Inner:80',
    'x-forwarded-host': 'localhost, T.Example',
    'x-forwarded-proto': 'http, https',
    forwarded: 'for=127.0.0.1;host=evil.example;proto=https',
  }
  expect(asked(1, headers)).toMatchObject({ host: 't.example', secure: true })
  expect(asked(['127.0.0.1'], headers)).toMatchObject({ host: 't.example', secure: true })
  expect(asked(['10.0.0.0/8'], headers)).toMatchObject({ host: 'inner:80', secure: false })
  expect(asked(false, headers)).toMatchObject({ host: 'inner:80', secure: false })
})

it('falls back to what it sees where a proxy says nothing', () => {
  const headers = { host: 'inner:80', 'x-forwarded-host': '', 'x-forwarded-proto': 'HTTPS' }
  expect(asked(1, headers)).toMatchObject({ host: 'inner:80', secure: true })
  expect(asked(1, { host: 'inner:80', 'x-forwarded-host': 't.example, ' })).toMatchObject({ host: 'inner:80' })
})

it.each([
  true,
  0,
  -1,
  1.5,
  Number.NaN,
  '10.0.0.1',
  [],
  [''],
  ['localhost'],
  ['10.0.0.0/33'],
  ['10.0.0.0/'],
  ['10.0.0.0/8/8'],
  ['10.0.0.1:80'],
  ['0.0.0.0/0'],
  ['::/0'],
  ['fd00::/129'],
])('refuses %j', (trusted) => {
  expect(() => createProxies(trusted as TrustedProxies)).toThrow(
    expect.objectContaining({
      code: 'bad_option',
      message: expect.stringContaining('Expected `trustProxy` to be how many'),
    }),
  )
})

it('takes the host of HTTP/2, which comes as its authority', () => {
  expect(asked(false, { ':authority': 'LocalHost:5173' }).host).toBe('localhost:5173')
  expect(asked(1, { ':authority': 'localhost', 'x-forwarded-host': 'game.example' }).host).toBe('game.example')
  expect(asked(false, {}).host).toBe('')
})
