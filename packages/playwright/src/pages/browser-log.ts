/** Hears what browsers say of a test's pages, as far as it may keep telemetry from the collector. */
import type { BrowserContext, ConsoleMessage, Page, WebSocket } from '@playwright/test'
import { adviceOn } from './advice.ts'

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
