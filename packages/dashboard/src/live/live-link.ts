/** Keeps what the live feed brought, small, for components to read, and asks for what was there before it began. */
import type { LiveCounters } from '@downlink/collector'
import { createObservable } from '../observable.ts'
import { addTail, emptyTail, fillTail, markTail, type StoredTail, type Tail } from '../tail/tail.ts'
import { followLosses, type Loss } from '../vitals/losses.ts'
import { addCounters, noRates, type Rates, ratesFrom } from '../vitals/rates.ts'
import type { FeedMessage, Link, LiveFeed } from './live-feed.ts'

export interface LiveSnapshot {
  readonly link: Link
  readonly counters: LiveCounters | undefined
  readonly rates: Rates
  readonly tail: Tail
  /** Undefined before the first counters. */
  readonly losses: readonly Loss[] | undefined
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

const nothingYet: LiveSnapshot = {
  link: { status: 'connecting' },
  counters: undefined,
  rates: noRates,
  tail: emptyTail,
  losses: undefined,
}

/** @param fetchStored what is stored by now, the newest; rejects where it can't be had */
export function createLiveLink(feed: LiveFeed, fetchStored: (signal: AbortSignal) => Promise<StoredTail>): LiveLink {
  const { snapshot, subscribe, set } = createObservable(nothingYet)
  let leave: (() => void) | undefined
  let filling = new AbortController()

  return {
    snapshot,
    subscribe,
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
    filling.abort()
    leave?.()
    leave = undefined
  }

  function received(message: FeedMessage): void {
    switch (message.kind) {
      case 'link':
        if (message.link.status === 'open') void fill()
        change({ link: message.link })
        break
      case 'history':
        change({ rates: ratesFrom(message.history) })
        count(message.since)
        break
      case 'counters':
        count([message.counters])
        break
      case 'tail':
        change({ tail: addTail(snapshot().tail, message.tail) })
    }
  }

  function count(messages: readonly LiveCounters[]): void {
    if (messages.length === 0) return
    change({
      counters: messages.at(-1),
      rates: messages.reduce(addCounters, snapshot().rates),
      losses: messages.reduce(followLosses, snapshot().losses),
    })
  }

  /** Asked for once the link is up: whatever is not in the answer comes live. */
  async function fill(): Promise<void> {
    filling.abort()
    filling = new AbortController()
    const { signal } = filling
    change({ tail: markTail(snapshot().tail) })
    try {
      const stored = await fetchStored(signal)
      if (!signal.aborted) change({ tail: fillTail(snapshot().tail, stored) })
    } catch {
      // The tail shows the gap, and where all of it can be asked for.
    }
  }

  function change(part: Partial<LiveSnapshot>): void {
    set({ ...snapshot(), ...part })
  }
}
