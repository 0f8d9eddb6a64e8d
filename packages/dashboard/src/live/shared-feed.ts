/** Joins a page to the live feed: that of the worker which all pages share; or its own, where there are no such workers. */
import { createBrowserFeed, type FeedMessage, type LiveFeed } from './live-feed.ts'

type Listener = (message: FeedMessage) => void

/** @param url of `/api/live`, absolute: a worker's relative paths are its own */
export function createSharedFeed(url: string): LiveFeed {
  const feed = createBrowserFeed(url)
  // A page that nobody sees gives its own connection back.
  const joinOwn = (listener: Listener) => whileVisible(() => feed.join(listener))
  if (typeof SharedWorker === 'undefined') return { join: joinOwn }
  return { join: (listener) => joinWorker(url, listener, () => joinOwn(listener)) }
}

function joinWorker(url: string, listener: Listener, joinOwn: () => () => void): () => void {
  const worker = new SharedWorker(new URL('./feed-worker.ts', import.meta.url), { type: 'module', name: url })
  const { port } = worker
  let leave = () => port.postMessage('leave')
  const onHide = () => leave()
  port.onmessage = ({ data }: MessageEvent<FeedMessage>) => listener(data)
  // Its script may be gone: since the page was loaded, another version of the collector took its place.
  worker.onerror = () => {
    leave = joinOwn()
  }
  addEventListener('pagehide', onHide)
  return () => {
    removeEventListener('pagehide', onHide)
    leave()
    port.close()
  }
}

function whileVisible(join: () => () => void): () => void {
  let leave = () => {}
  const follow = () => {
    leave()
    leave = document.hidden ? () => {} : join()
  }
  follow()
  document.addEventListener('visibilitychange', follow)
  return () => {
    document.removeEventListener('visibilitychange', follow)
    leave()
  }
}
