/** The live feed over `fetch`, in a page or in a worker. */
import { openLive } from '../api.ts'
import { createLiveFeed, type LiveFeed } from './live-feed.ts'

/** @param url of `/api/live` */
export const createBrowserFeed = (url: string): LiveFeed =>
  createLiveFeed({
    async *read(signal) {
      const reader = (await openLive(url, signal)).pipeThrough(new TextDecoderStream()).getReader()
      for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value
    },
    setTimer(run, delayMs) {
      const timer = setTimeout(run, delayMs)
      return () => clearTimeout(timer)
    },
    now: () => Date.now(),
  })
