/** Keeps what the live feed brought, small, for components to read. */
import type { LiveCounters } from '@downlink/collector'
import { addTail, emptyTail, type Tail } from '../tail/tail.ts'
import type { FeedMessage, Link, LiveFeed } from './live-feed.ts'

export interface LiveSnapshot {
  readonly link: Link
  readonly counters: LiveCounters | undefined
  readonly tail: Tail
}

export interface LiveLink {
  snapshot(): LiveSnapshot
  subscribe(listener: () => void): () => void
  /** Idempotent; so is `stop`. */
  start(): void
  stop(): void
  /** Joins the feed anew: it may be of another time, or have been refused. */
  restart(): void
}

export function createLiveLink(feed: LiveFeed): LiveLink {
  const listeners = new Set<() => void>()
  let current: LiveSnapshot = { link: { status: 'connecting' }, counters: undefined, tail: emptyTail }
  let leave: (() => void) | undefined

  return {
    snapshot: () => current,

    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },

    start,
    stop,
    restart() {
      stop()
      start()
    },
  }

  function start(): void {
    leave ??= feed.join(received)
  }

  function stop(): void {
    leave?.()
    leave = undefined
  }

  function received(message: FeedMessage): void {
    if (message.kind === 'link') change({ link: message.link })
    if (message.kind === 'counters') change({ counters: message.counters })
    if (message.kind === 'tail') change({ tail: addTail(current.tail, message.tail) })
  }

  function change(part: Partial<LiveSnapshot>): void {
    current = { ...current, ...part }
    for (const listener of listeners) listener()
  }
}
