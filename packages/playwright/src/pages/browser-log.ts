/** Hears what browsers say of a test's pages, as far as it may keep telemetry from the collector. */
import type { BrowserContext, ConsoleMessage, Page, WebSocket } from '@playwright/test'

export interface BrowserLog {
  listen(context: BrowserContext): void
  /** Pages that were opened. */
  readonly opened: number
  /** For a message; each line once, however often it was said. */
  lines(): readonly string[]
}

/** Of one kind; a page can say the same in a thousand ways. */
const maxKept = 3
const maxLength = 300

/** @param urls of the collector, and what pages are given for it */
export function createBrowserLog(urls: readonly string[]): BrowserLog {
  // A browser may name it by another scheme, and without its query.
  const addresses = urls.map((url) => url.replace(/^\w+:\/\//, '').replace(/\?.*/, ''))
  const isOurs = (text: string): boolean => addresses.some((address) => text.includes(address))
  const said = new Set<string>()
  const advice = new Set<string>()
  const errors = new Set<string>()
  const elsewhere = new Set<string>()
  let opened = 0

  return {
    get opened() {
      return opened
    },
    listen(context) {
      context.on('console', hearConsole)
      context.on('weberror', (webError) => keep(errors, `Uncaught: ${String(webError.error())}`))
      context.on('page', watchPage)
      for (const page of context.pages()) watchPage(page)
    },
    lines() {
      const sockets = elsewhere.size > 0 ? [`WebSockets elsewhere: ${[...elsewhere].join(', ')}`] : []
      return [...said, ...advice, ...errors, ...sockets]
    },
  }

  function hearConsole(message: ConsoleMessage): void {
    const text = message.text()
    if (!isOurs(text) && !isOurs(message.location().url) && !text.startsWith('[downlink]')) return
    // Of a policy that only reports, a browser speaks at a lower level.
    if (!['error', 'warning'].includes(message.type())) return
    keep(said, `The browser: ${text}`)
    const what = adviceOn(text)
    if (what !== undefined) advice.add(what)
  }

  function watchPage(page: Page): void {
    opened++
    page.on('crash', () => keep(errors, `The page has crashed: ${page.url()}`))
    page.on('websocket', (socket: WebSocket) => {
      if (!isOurs(socket.url())) keep(elsewhere, socket.url().replace(/\?.*/, ''))
    })
  }
}

function keep(lines: Set<string>, line: string): void {
  // Of no use to a reader, and different each time.
  const short = line.replace(/\?test=[\w-]+/g, '')
  if (lines.size < maxKept) lines.add(short.length > maxLength ? `${short.slice(0, maxLength)}…` : short)
}

/** By what a browser says that keeps a page from the collector: what to do about it. */
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
