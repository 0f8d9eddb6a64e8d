/**
 * Streams what happens now to any number of listeners, as server-sent events (WHATWG HTML, Server-sent events):
 * `history` once, `counters` twice a second, `tail` up to ten times a second, a comment as heartbeat.
 * Each message is put together once. A listener that does not keep up loses entries of the tail, and is told how many.
 */
import { verifyName } from '@downlink/protocol'
import type { CommitFeed } from '../commit/commit-feed.ts'
import type { Refusals } from '../ingest/refusals.ts'
import type { EventCounters, EventCounts } from '../metrics/event-counters.ts'
import type { LogFigures, StoreFigures } from '../metrics/metrics.ts'
import type { RecentDurations } from '../metrics/recent-durations.ts'
import type { SharedFigures } from '../shared-figures.ts'
import { createLiveTail, type LiveTail } from './live-tail.ts'

/** The data of a `counters` message. */
export interface LiveCounters extends EventCounts {
  /** Milliseconds since 1970. */
  readonly at: number
  /** Events stored in each of the last 60 whole seconds, oldest first; the last one is the rate. */
  readonly perSecond: readonly number[]
  /** WebSockets that are up. */
  readonly sockets: number
  /** Sessions that have a socket. */
  readonly openSessions: number
  /** Connections and requests turned away, since this process started. */
  readonly refused: number
  /** Since this process started: rejected events by code, dropped ones by reason, refusals by reason. */
  readonly reasons: {
    readonly rejected: Readonly<Record<string, number>>
    readonly dropped: Readonly<Record<string, number>>
    readonly refused: Readonly<Record<string, number>>
  }
  /** How long writes to the log took in the last ten seconds; null where there were none. */
  readonly commits: { readonly medianMs: number | null; readonly p99Ms: number | null }
  /** From a ping to its pong over the sockets that are up, as of their last heartbeats; null where there was none. */
  readonly links: { readonly medianMs: number | null; readonly p99Ms: number | null }
  /** Null where it is shared with other collectors; the store as well. */
  readonly log: Pick<LogFigures, 'bytes' | 'segments'> | null
  readonly store: LiveStoreFigures | null
  /** Of a store that is shared with other collectors; null where it is the collector's own. */
  readonly shared: SharedFigures | null
}

export interface LiveStoreFigures
  extends Omit<StoreFigures, 'restarts' | 'reports' | 'memoryBytes' | 'space' | 'databaseVersion'> {
  /** Since this process started, by why the store process had ended. */
  readonly restarts: Readonly<Record<string, number>>
}

/** The data of the `history` message, which comes first. */
export interface LiveHistory {
  /** Milliseconds since 1970. */
  readonly at: number
  /** Events stored in each of the last 60 whole seconds, oldest first, of the types that came in them. */
  readonly types: Readonly<Record<string, readonly number[]>>
}

export interface LiveSink {
  write(text: string): void
  /** A heartbeat is due: it is written, or the listener may not stay. */
  heartbeat(text: string): void
  /** Written and not yet taken by the network. */
  readonly bufferedBytes: number
  end(): void
}

export type Joined =
  | { readonly kind: 'joined'; readonly leave: () => void }
  /** All places are taken, or all that one sender may have. */
  | { readonly kind: 'full' | 'sender_full' }

export interface LiveStream {
  /** @param sender whom the place is counted for */
  join(sink: LiveSink, sender: string): Joined
  readonly listeners: number
  /** Ends every sink. */
  close(): void
}

export interface LiveStreamOptions {
  readonly feed: CommitFeed
  readonly counters: EventCounters
  readonly sockets: () => number
  readonly openSessions: () => number
  readonly refusals: Pick<Refusals, 'total' | 'counts'>
  readonly commits: Pick<RecentDurations, 'quantiles'>
  readonly links: Pick<RecentDurations, 'quantiles'>
  /** Undefined where log and store are shared with other collectors. */
  readonly own: { readonly log: Pick<LogFigures, 'bytes' | 'segments'>; readonly store: StoreFigures } | undefined
  /** Undefined where they are its own. */
  readonly shared: (() => SharedFigures) | undefined
  readonly wallMs: () => number
  /** @returns stops it */
  readonly every: (intervalMs: number, tick: () => void) => () => void
}

/** Fixed: the page and `downlink tail` are made for them. */
export const liveLimits = {
  tickMs: 100,
  ticksPerCounters: 5,
  ticksPerHeartbeat: 150,
  historySeconds: 60,
  maxBufferedBytes: 1_048_576,
  maxListeners: 64,
  maxListenersPerAddress: 16,
} as const

interface Listener {
  readonly sink: LiveSink
  readonly sender: string
  lost: number
}

export function createLiveStream(options: LiveStreamOptions): LiveStream {
  const { feed, counters, wallMs, every } = options
  const listeners = new Set<Listener>()
  const tail = createLiveTail()
  let ticks = 0
  let rest = () => {}

  return {
    get listeners() {
      return listeners.size
    },

    join(sink, sender) {
      const { maxListeners, maxListenersPerAddress } = liveLimits
      if (listeners.size >= maxListeners) return { kind: 'full' }
      const ofSender = [...listeners].filter((other) => other.sender === sender)
      if (ofSender.length >= maxListenersPerAddress) return { kind: 'sender_full' }
      const listener = { sink, sender, lost: 0 }
      if (listeners.size === 0) wake()
      listeners.add(listener)
      sink.write(message('history', { at: wallMs(), types: ofPlayers(counters.rates.typesPerSecond()) }))
      sink.write(message('counters', readCounters(options)))
      const leave = () => {
        if (listeners.delete(listener) && listeners.size === 0) rest()
      }
      return { kind: 'joined', leave }
    },

    close() {
      for (const { sink } of listeners) sink.end()
      listeners.clear()
      rest()
    },
  }

  function wake(): void {
    const unsubscribe = feed.subscribe(tail.add)
    const stopTicks = every(liveLimits.tickMs, tick)
    rest = () => {
      unsubscribe()
      stopTicks()
      tail.take()
      rest = () => {}
    }
  }

  function tick(): void {
    ticks++
    if (ticks % liveLimits.ticksPerHeartbeat === 0) for (const { sink } of listeners) sink.heartbeat(': beat\n\n')
    if (ticks % liveLimits.ticksPerCounters === 0) {
      const text = message('counters', readCounters(options))
      for (const listener of listeners) if (!isFull(listener)) listener.sink.write(text)
    }
    const taken = tail.take()
    if (taken) sendTail(taken)
  }

  function sendTail(taken: LiveTail): void {
    const text = message('tail', taken)
    for (const listener of listeners) {
      if (isFull(listener)) listener.lost += taken.events.length + taken.rejected.length + taken.lost
      else if (listener.lost === 0) listener.sink.write(text)
      else {
        listener.sink.write(message('tail', { ...taken, lost: taken.lost + listener.lost }))
        listener.lost = 0
      }
    }
  }
}

function readCounters(options: LiveStreamOptions): LiveCounters {
  const { counters, sockets, openSessions, refusals, commits, links, own, shared, wallMs } = options
  const counts = counters.counts()
  return {
    at: wallMs(),
    ...counts,
    types: ofPlayers(counts.types),
    perSecond: counters.rates.perSecond(liveLimits.historySeconds),
    sockets: sockets(),
    openSessions: openSessions(),
    refused: refusals.total,
    reasons: {
      rejected: Object.fromEntries(counters.since.rejected),
      dropped: Object.fromEntries(counters.since.dropped),
      refused: Object.fromEntries(refusals.counts),
    },
    commits: commits.quantiles(),
    links: links.quantiles(),
    log: own ? { bytes: own.log.bytes, segments: own.log.segments } : null,
    store: own ? readStore(own.store) : null,
    shared: shared?.() ?? null,
  }
}

const readStore = ({ isUp, lag, restarts, readsRunning, readsKilled }: StoreFigures): LiveStoreFigures => ({
  ...{ isUp, lag, readsRunning, readsKilled },
  restarts: Object.fromEntries(restarts),
})

/** By type: `downlink verify` has one of its own. */
function ofPlayers<Figure>({ [verifyName]: _, ...types }: Readonly<Record<string, Figure>>): Record<string, Figure> {
  return types
}

const isFull = ({ sink }: Listener): boolean => sink.bufferedBytes > liveLimits.maxBufferedBytes

/** JSON has no line feed, so one data line is enough. */
const message = (event: 'history' | 'counters' | 'tail', data: LiveHistory | LiveCounters | LiveTail): string =>
  `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
