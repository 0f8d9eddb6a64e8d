import { EventEmitter } from 'node:events'
import type { BrowserContext } from '@playwright/test'
import { expect, it } from 'vitest'
import { adviceOn, createBrowserLog } from './browser-log.ts'

const url = 'ws://127.0.0.1:4000/telemetry?test=0197'

const says = (text: string, type = 'error', of = '') => ({
  text: () => text,
  type: () => type,
  location: () => ({ url: of }),
})

const aPage = () => Object.assign(new EventEmitter(), { url: () => 'http://game.test/' })

function aLog(...pages: ReturnType<typeof aPage>[]) {
  const context = Object.assign(new EventEmitter(), { pages: () => pages })
  const log = createBrowserLog([url])
  log.listen(context as unknown as BrowserContext)
  return { log, context }
}

it('keeps what concerns the collector, once, with advice, and nothing else', () => {
  const { log, context } = aLog()
  const refused = `WebSocket connection to '${url}' failed: net::ERR_CONNECTION_REFUSED`
  for (const message of [
    says('Failed to load texture'),
    says(refused),
    says(refused),
    says('Failed to load resource: net::ERR_FAILED', 'error', 'http://127.0.0.1:4000/telemetry?test=0197'),
    says(`Connecting to '${url}' violates the Content Security Policy, which is report-only`, 'info'),
    says('[downlink] Telemetry is off', 'warning'),
  ]) {
    context.emit('console', message)
  }
  expect(log.lines()).toEqual([
    "The browser: WebSocket connection to 'ws://127.0.0.1:4000/telemetry' failed: net::ERR_CONNECTION_REFUSED",
    'The browser: Failed to load resource: net::ERR_FAILED',
    'The browser: [downlink] Telemetry is off',
    expect.stringContaining('Nobody listens there'),
    expect.stringContaining('Something aborts it'),
  ])
})

it('keeps errors, crashes and sockets that go elsewhere, of pages there and to come, few of each', () => {
  const there = aPage()
  const { log, context } = aLog(there)
  const later = aPage()
  context.emit('page', later)
  expect(log.opened).toBe(2)
  context.emit('weberror', { error: () => new TypeError('no engine') })
  context.emit('weberror', { error: () => 'x'.repeat(1000) })
  there.emit('crash')
  later.emit('websocket', { url: () => url })
  for (const port of [1, 2, 3, 4]) later.emit('websocket', { url: () => `ws://game.test:${port}/play?token=secret` })
  const [error, long, ...more] = log.lines()
  expect(error).toBe('Uncaught: TypeError: no engine')
  expect(long).toHaveLength(301)
  expect(more).toEqual([
    'The page has crashed: http://game.test/',
    'WebSockets elsewhere: ws://game.test:1/play, ws://game.test:2/play, ws://game.test:3/play',
  ])
})

it('takes an address that is none', () => {
  expect(createBrowserLog(['/telemetry']).lines()).toEqual([])
})

/** As Chromium, Firefox and WebKit say them. */
it.each([
  [
    `Connecting to 'ws://127.0.0.1:1/telemetry' violates the following Content Security Policy directive: "connect-src 'self'". The action has been blocked.`,
    'bypassCSP',
  ],
  [
    'Content-Security-Policy: The page’s settings blocked the loading of a resource (connect-src) at ws://127.0.0.1:1/telemetry',
    'bypassCSP',
  ],
  [
    'Refused to connect to ws://127.0.0.1:1/telemetry because it does not appear in the connect-src directive of the Content Security Policy.',
    'bypassCSP',
  ],
  [
    'WebSocket connection failed: Error in connection establishment: net::ERR_BLOCKED_BY_LOCAL_NETWORK_ACCESS_CHECKS',
    'Local Network Access',
  ],
  ['Permission was denied for this request to access the `loopback` address space.', 'Local Network Access'],
  [
    "Mixed Content: The page at 'https://game.example/' was loaded over HTTPS, but attempted to connect to the insecure WebSocket endpoint",
    'use Chromium',
  ],
  [
    '[blocked] The page at https://game.example was not allowed to run insecure content from ws://127.0.0.1:1/telemetry',
    'use Chromium',
  ],
  ['SecurityError: The operation is insecure.', 'use Chromium'],
  ['Failed to load resource: net::ERR_INTERNET_DISCONNECTED', 'setOffline'],
  ['WebSocket connection failed: net::ERR_PROXY_CONNECTION_FAILED', 'bypass'],
  ['WebSocket connection failed: net::ERR_TUNNEL_CONNECTION_FAILED', 'bypass'],
  ['WebSocket connection failed: net::ERR_CONNECTION_REFUSED', 'must be, too'],
  ['Failed to load resource: net::ERR_FAILED', '`route`'],
])('has advice on %j', (message, advice) => {
  expect(adviceOn(message)).toContain(advice)
})

it('has none on what it does not know', () => {
  expect(adviceOn('WebSocket is closed before the connection is established.')).toBeUndefined()
})
