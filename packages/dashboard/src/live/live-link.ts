/** The page's link to the live stream: what came, kept small, for components to read. */
import type { LiveCounters, LiveTail } from '../api-types.ts'
import { addTail, emptyTail, type Tail } from '../tail/tail.ts'

export type LinkState = 'connecting' | 'open' | 'lost'

export interface LiveSnapshot {
  readonly link: LinkState
  readonly counters: LiveCounters | undefined
  readonly tail: Tail
}

/** The part of EventSource that is used here. */
export interface Source {
  addEventListener(type: string, listener: (event: { readonly data?: string }) => void): void
  close(): void
}

export interface LiveLink {
  snapshot(): LiveSnapshot
  subscribe(listener: () => void): () => void
  /** Idempotent; so is `stop`. */
  start(): void
  stop(): void
}

/** @param connect opens the stream; it comes back by itself after a lost connection, as EventSource does */
export function createLiveLink(connect: () => Source): LiveLink {
  const listeners = new Set<() => void>()
  let current: LiveSnapshot = { link: 'connecting', counters: undefined, tail: emptyTail }
  let source: Source | undefined

  return {
    snapshot: () => current,

    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },

    start() {
      if (source) return
      source = connect()
      source.addEventListener('open', () => change({ link: 'open' }))
      source.addEventListener('error', () => change({ link: 'lost' }))
      source.addEventListener('counters', ({ data }) => change({ link: 'open', counters: parse<LiveCounters>(data) }))
      source.addEventListener('tail', ({ data }) => {
        const message = parse<LiveTail>(data)
        if (message) change({ tail: addTail(current.tail, message) })
      })
    },

    stop() {
      source?.close()
      source = undefined
    },
  }

  function change(part: Partial<LiveSnapshot>): void {
    current = { ...current, ...part }
    for (const listener of listeners) listener()
  }
}

const parse = <Message>(data: string | undefined): Message | undefined =>
  data === undefined ? undefined : (JSON.parse(data) as Message)
