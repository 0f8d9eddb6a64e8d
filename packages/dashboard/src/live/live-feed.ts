/** Reads a collector's live feed for any number of listeners over one connection, and finds it again when it is lost. */
import type { LiveCounters, LiveHistory, LiveTail } from '@downlink/collector'
import { isLocked, openLive } from '../api.ts'

/** Times are milliseconds since 1970. */
export type Link =
  | { readonly status: 'connecting' }
  /** `lost` is the last time that it was not. */
  | { readonly status: 'open'; readonly sinceMs: number; readonly lost?: Loss }
  | { readonly status: 'lost'; readonly lost: Loss }
  /** A read token has to be shown first; whoever joins after that opens it again. */
  | { readonly status: 'locked' }

export interface Loss {
  readonly atMs: number
  readonly reason: string
}

export type FeedMessage =
  | { readonly kind: 'link'; readonly link: Link }
  /** What was before the connection, and the counters that came over it: who joins later draws the same chart. */
  | { readonly kind: 'history'; readonly history: LiveHistory; readonly since: readonly LiveCounters[] }
  | { readonly kind: 'counters'; readonly counters: LiveCounters }
  | { readonly kind: 'tail'; readonly tail: LiveTail }

export interface LiveFeed {
  /** Tells how things stand, then what comes. The first listener opens the connection, the last one's leave closes it. */
  join(listener: (message: FeedMessage) => void): () => void
}

export interface LiveFeedPorts {
  /** Yields the feed's text as it comes. Rejects with what the collector says, or as `fetch` does. */
  readonly read: (signal: AbortSignal) => AsyncIterable<string>
  /** Returns how to cancel it. */
  readonly setTimer: (run: () => void, delayMs: number) => () => void
  readonly now: () => number
}

const retryDelayMs = 3000

/** Of a minute. */
const keptCounters = 120

/** Counters come twice a second. */
const silenceMs = 10_000

/** Why a feed is lost, where the collector does not say it. */
const reasons = {
  silent: `Nothing has come for ${silenceMs / 1000} s. A proxy that buffers the feed keeps it back.`,
  ended: 'The collector, or a proxy before it, ended the feed.',
  unanswered: 'The collector does not answer.',
}

const noHistory: FeedMessage & { kind: 'history' } = { kind: 'history', history: { at: 0, types: {} }, since: [] }

export function createLiveFeed(ports: LiveFeedPorts): LiveFeed {
  const listeners = new Set<(message: FeedMessage) => void>()
  let link: Link = { status: 'connecting' }
  let history: FeedMessage & { kind: 'history' } = noHistory
  let close = () => {}

  const notify = (message: FeedMessage): void => {
    for (const listener of listeners) listener(message)
  }

  function setLink(next: Link): void {
    link = next
    notify({ kind: 'link', link })
  }

  function open(): void {
    close = readFeed(ports, received, (loss) => {
      if (loss.kind === 'locked') return setLink({ status: 'locked' })
      // While it stays lost, what matters is since when.
      const atMs = link.status === 'lost' ? link.lost.atMs : ports.now()
      setLink({ status: 'lost', lost: { atMs, reason: loss.reason } })
      close = ports.setTimer(open, retryDelayMs)
    })
  }

  function received(message: string): void {
    if (link.status !== 'open') {
      setLink({ status: 'open', sinceMs: ports.now(), ...(link.status === 'lost' && { lost: link.lost }) })
    }
    const [, kind, data = ''] = /^event: (\w+)\ndata: (.*)$/.exec(message) ?? []
    if (kind === 'tail') notify({ kind, tail: JSON.parse(data) as LiveTail })
    if (kind === 'history') {
      history = { kind, history: JSON.parse(data) as LiveHistory, since: [] }
      notify(history)
    }
    if (kind === 'counters') {
      const counters = JSON.parse(data) as LiveCounters
      history = { ...history, since: [...history.since.slice(1 - keptCounters), counters] }
      notify({ kind, counters })
    }
  }

  return {
    join(listener) {
      const entry = (message: FeedMessage) => listener(message)
      listeners.add(entry)
      const isLocked = link.status === 'locked'
      if (isLocked) setLink({ status: 'connecting' })
      else listener({ kind: 'link', link })
      if (history.since.length > 0) listener(history)
      if (listeners.size === 1 || isLocked) open()
      return () => {
        if (!listeners.delete(entry) || listeners.size > 0) return
        close()
        link = { status: 'connecting' }
        history = noHistory
      }
    },
  }
}

type FeedEnd = { readonly kind: 'locked' } | { readonly kind: 'lost'; readonly reason: string }

/**
 * Reads one connection, message by message, until it is lost: then it is closed, and `lost` called once with the reason.
 *
 * @returns how to close it
 */
function readFeed(
  { read, setTimer }: LiveFeedPorts,
  received: (message: string) => void,
  lost: (end: FeedEnd) => void,
): () => void {
  const controller = new AbortController()
  let cancelTimer = () => {}

  const close = (): void => {
    cancelTimer()
    controller.abort()
  }

  const end = (how: FeedEnd): void => {
    if (controller.signal.aborted) return
    close()
    lost(how)
  }

  const lose = (reason: string): void => end({ kind: 'lost', reason })

  const awaitMore = (): void => {
    cancelTimer()
    cancelTimer = setTimer(() => lose(reasons.silent), silenceMs)
  }

  async function follow(): Promise<void> {
    let rest = ''
    try {
      awaitMore()
      for await (const text of read(controller.signal)) {
        if (controller.signal.aborted) return
        awaitMore()
        const messages = (rest + text).split('\n\n')
        rest = messages.pop() ?? ''
        for (const message of messages) received(message)
      }
      lose(reasons.ended)
    } catch (error) {
      if (isLocked(error)) end({ kind: 'locked' })
      else lose(error instanceof TypeError || !(error instanceof Error) ? reasons.unanswered : error.message)
    }
  }

  void follow()
  return close
}

/**
 * Reads the feed over `fetch`, in a page or in a worker.
 * @param url of `/api/live`
 */
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
