import { expect, it } from 'vitest'
import { adviceOn } from './advice.ts'

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
