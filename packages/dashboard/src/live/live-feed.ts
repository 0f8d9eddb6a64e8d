/** The live feed of a collector, read for any number of listeners over one connection, and found again when it is lost. */
import type { LiveCounters, LiveTail } from '../api-types.ts'

/** Times are milliseconds since 1970. */
export type Link =
  | { readonly status: 'connecting' }
  /** `lost` is the last time that it was not. */
  | { readonly status: 'open'; readonly sinceMs: number; readonly lost?: Loss }
  | { readonly status: 'lost'; readonly lost: Loss }

export interface Loss {
  readonly atMs: number
  readonly reason: string
}

export type FeedMessage =
  | { readonly type: 'link'; readonly link: Link }
  | { readonly type: 'counters'; readonly counters: LiveCounters }
  | { readonly type: 'tail'; readonly tail: LiveTail }

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

/** Counters come twice a second. */
const silenceMs = 10_000

const silent = `Nothing has come for ${silenceMs / 1000} s. A proxy that buffers the feed keeps it back.`
const ended = 'The collector, or a proxy before it, ended the feed.'
const unanswered = 'The collector does not answer.'

export function createLiveFeed({ read, setTimer, now }: LiveFeedPorts): LiveFeed {
  const listeners = new Set<(message: FeedMessage) => void>()
  let link: Link = { status: 'connecting' }
  let counters: LiveCounters | undefined
  let close = () => {}

  return {
    join(listener) {
      const entry = (message: FeedMessage) => listener(message)
      listeners.add(entry)
      listener({ type: 'link', link })
      if (counters) listener({ type: 'counters', counters })
      if (listeners.size === 1) open()
      return () => {
        if (!listeners.delete(entry) || listeners.size > 0) return
        close()
        link = { status: 'connecting' }
        counters = undefined
      }
    },
  }

  function open(): void {
    const controller = new AbortController()
    let cancelTimer = () => {}
    close = () => {
      cancelTimer()
      controller.abort()
    }
    void follow()

    async function follow(): Promise<void> {
      let rest = ''
      try {
        listen()
        for await (const text of read(controller.signal)) {
          if (controller.signal.aborted) return
          listen()
          const messages = (rest + text).split('\n\n')
          rest = messages.pop() ?? ''
          for (const message of messages) take(message)
        }
        lose(ended)
      } catch (error) {
        lose(error instanceof TypeError || !(error instanceof Error) ? unanswered : error.message)
      }
    }

    function listen(): void {
      cancelTimer()
      cancelTimer = setTimer(() => lose(silent), silenceMs)
    }

    function lose(reason: string): void {
      if (controller.signal.aborted) return
      close()
      // While it stays lost, what matters is since when.
      const atMs = link.status === 'lost' ? link.lost.atMs : now()
      setLink({ status: 'lost', lost: { atMs, reason } })
      close = setTimer(open, retryDelayMs)
    }
  }

  function take(message: string): void {
    if (link.status !== 'open') {
      setLink({ status: 'open', sinceMs: now(), ...(link.status === 'lost' && { lost: link.lost }) })
    }
    const [, type, data = ''] = /^event: (\w+)\ndata: (.*)$/.exec(message) ?? []
    if (type === 'tail') tell({ type, tail: JSON.parse(data) as LiveTail })
    if (type === 'counters') {
      counters = JSON.parse(data) as LiveCounters
      tell({ type, counters })
    }
  }

  function setLink(next: Link): void {
    link = next
    tell({ type: 'link', link })
  }

  function tell(message: FeedMessage): void {
    for (const listener of listeners) listener(message)
  }
}
