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
  readonly readyState: number
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

/** EventSource comes back by itself after a lost connection, but is closed for good by any answer except 200. */
const closed = 2
const retryDelayMs = 3000

export interface LiveLinkPorts {
  readonly connect: () => Source
  /** Returns how to cancel it. */
  readonly setTimer: (run: () => void, delayMs: number) => () => void
}

export function createLiveLink({ connect, setTimer }: LiveLinkPorts): LiveLink {
  const listeners = new Set<() => void>()
  let current: LiveSnapshot = { link: 'connecting', counters: undefined, tail: emptyTail }
  let source: Source | undefined
  let cancelRetry = () => {}

  return {
    snapshot: () => current,

    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },

    start() {
      if (!source) open()
    },

    stop() {
      cancelRetry()
      source?.close()
      source = undefined
    },
  }

  function open(): void {
    const opened = connect()
    source = opened
    opened.addEventListener('open', () => change({ link: 'open' }))
    opened.addEventListener('error', () => {
      change({ link: 'lost' })
      if (opened.readyState === closed) cancelRetry = setTimer(open, retryDelayMs)
    })
    opened.addEventListener('counters', ({ data }) => change({ link: 'open', counters: parse<LiveCounters>(data) }))
    opened.addEventListener('tail', ({ data }) => {
      const message = parse<LiveTail>(data)
      if (message) change({ tail: addTail(current.tail, message) })
    })
  }

  function change(part: Partial<LiveSnapshot>): void {
    current = { ...current, ...part }
    for (const listener of listeners) listener()
  }
}

const parse = <Message>(data: string | undefined): Message | undefined =>
  data === undefined ? undefined : (JSON.parse(data) as Message)
