import type { LiveCounters } from '@downlink/collector'
import { expect, it } from 'vitest'
import type { FeedMessage, LiveFeed } from './live-feed.ts'
import { createLiveLink } from './live-link.ts'

function aFeed() {
  const state = { joined: 0, left: 0, tell: (_message: FeedMessage): void => {} }
  const feed: LiveFeed = {
    join(listener) {
      state.joined++
      state.tell = listener
      return () => void state.left++
    },
  }
  return { feed, state }
}

const counters = { stored: 5 } as LiveCounters
const lost = { status: 'lost', lost: { atMs: 1, reason: 'because' } } as const

it('does nothing before it is started, and one thing when it is started twice', () => {
  const { feed, state } = aFeed()
  const link = createLiveLink(feed)
  expect(state.joined).toBe(0)
  link.start()
  link.start()
  link.stop()
  link.stop()
  expect(state).toMatchObject({ joined: 1, left: 1 })
})

it('follows the feed and keeps what came while it is down', () => {
  const { feed, state } = aFeed()
  const link = createLiveLink(feed)
  let told = 0
  link.subscribe(() => told++)
  link.start()
  expect(link.snapshot().link).toEqual({ status: 'connecting' })
  state.tell({ kind: 'counters', counters })
  state.tell({ kind: 'tail', tail: { events: [], rejected: [], lost: 2 } })
  state.tell({ kind: 'link', link: lost })
  expect(link.snapshot()).toMatchObject({ link: lost, counters: { stored: 5 }, tail: { lost: 2 } })
  expect(told).toBe(3)
})

it('changes its snapshot only when something came, as React needs', () => {
  const link = createLiveLink(aFeed().feed)
  expect(link.snapshot()).toBe(link.snapshot())
})
