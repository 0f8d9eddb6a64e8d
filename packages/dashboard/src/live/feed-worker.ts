/**
 * Shares one live feed between all pages of a collector that a browser has open: as a SharedWorker, whose name is the feed's URL.
 * A browser has six connections to a host, and each page's own feed would take one of them for good.
 */
import { createBrowserFeed } from './live-feed.ts'

const feed = createBrowserFeed(self.name)

addEventListener('connect', (event) => {
  const [port] = (event as MessageEvent).ports
  if (!port) return
  const leave = feed.join((message) => port.postMessage(message))
  // A port does not tell that its page is gone; the page says so.
  port.onmessage = leave
})
