/** What to do about what a browser says that keeps a page from the collector. */

const advices: readonly (readonly [RegExp, string])[] = [
  [
    /content[- ]security[- ]policy/i,
    "The page's Content-Security-Policy keeps it from the collector: set `bypassCSP: true` under `use`, or let its `connect-src` have ws://127.0.0.1:* and http://127.0.0.1:*",
  ],
  [
    /LOCAL_NETWORK_ACCESS|private.network|address space/i,
    'Local Network Access keeps the page from this machine. The fixture allows it to pages by https: serve it so; a frame of another origin needs allow="loopback-network"; permissions that the test grants once the page is there take it away',
  ],
  [
    /mixed.content|insecure (websocket|content)|SecurityError/i,
    'This browser lets no page by https speak to ws://127.0.0.1: use Chromium, or serve the page by http',
  ],
  [/INTERNET_DISCONNECTED/, 'The context is offline: `await context.setOffline(false)`'],
  [/PROXY|TUNNEL/, "A proxy is in the way: set `proxy: { bypass: '127.0.0.1' }` beside its server"],
  [
    /CONNECTION_REFUSED|ADDRESS_UNREACHABLE/,
    'Nobody listens there: the collector is on the machine that runs the tests, and the browser must be, too',
  ],
  [/ERR_FAILED|BLOCKED_BY_CLIENT|ERR_ABORTED/, 'Something aborts it: a `route` of the test, or an extension?'],
]

/** Undefined for what is not known. */
export const adviceOn = (message: string): string | undefined => advices.find(([pattern]) => pattern.test(message))?.[1]
