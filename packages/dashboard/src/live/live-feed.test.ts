import { expect, it } from 'vitest'
import { ApiError } from '../api.ts'
import { createLiveFeed, type FeedMessage } from './live-feed.ts'

/** A feed whose connections, timers and clock are ours. */
function aFeed() {
  const connections: { readonly signal: AbortSignal; push(text: string): void; end(error?: unknown): void }[] = []
  const timers = new Set<{ readonly run: () => void; readonly delayMs: number }>()
  const clock = { nowMs: 1000 }
  const feed = createLiveFeed({
    async *read(signal) {
      const texts: (string | { readonly error: unknown } | 'end')[] = []
      let wake = () => {}
      const add = (next: (typeof texts)[number]) => {
        texts.push(next)
        wake()
      }
      connections.push({
        signal,
        push: (text) => add(text),
        end: (error) => add(error === undefined ? 'end' : { error }),
      })
      for (;;) {
        const next = texts.shift()
        if (next === 'end') return
        if (typeof next === 'object') throw next.error
        if (next !== undefined) yield next
        else
          await new Promise<void>((resolve) => {
            wake = resolve
          })
      }
    },
    setTimer(run, delayMs) {
      const timer = { run, delayMs }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    now: () => clock.nowMs,
  })
  const heard: FeedMessage[] = []
  return {
    connections,
    clock,
    heard,
    join: (messages = heard) => feed.join((message) => messages.push(message)),
    links: () => heard.flatMap((message) => (message.kind === 'link' ? [message.link] : [])),
    settle: () => new Promise(setImmediate),
    timers: () => [...timers].map(({ delayMs }) => delayMs),
    fire() {
      for (const timer of timers) {
        timers.delete(timer)
        timer.run()
        return
      }
    },
  }
}

const counters = 'event: counters\ndata: {"stored":5}\n\n'
const history = 'event: history\ndata: {"at":1,"types":{}}\n\n'
const tail = 'event: tail\ndata: {"events":[],"rejected":[],"lost":2}\n\n'

it('opens one connection for all who listen, and closes it with the last', async () => {
  const { connections, join, heard, settle } = aFeed()
  expect(connections).toHaveLength(0)
  const leave = join()
  connections[0]?.push(history + counters)
  await settle()
  const late: FeedMessage[] = []
  const leaveToo = join(late)
  expect(connections).toHaveLength(1)
  expect(heard.at(-1)).toEqual({ kind: 'counters', counters: { stored: 5 } })
  // Who comes later hears at once how things stand.
  expect(late).toEqual([
    { kind: 'link', link: { status: 'open', sinceMs: 1000 } },
    { kind: 'history', history: { at: 1, types: {} }, since: [{ stored: 5 }] },
  ])
  leave()
  leave()
  expect(connections[0]?.signal.aborted).toBe(false)
  leaveToo()
  expect(connections[0]?.signal.aborted).toBe(true)
})

it('reads messages however they are cut, and passes over comments', async () => {
  const { connections, join, heard, settle } = aFeed()
  join()
  for (const part of [': beat\n\nevent: ta', 'il\nda', `${tail.slice(14)}${counters}`]) connections[0]?.push(part)
  await settle()
  expect(heard.map(({ kind }) => kind)).toEqual(['link', 'link', 'tail', 'counters'])
})

it.each([
  [new TypeError('Failed to fetch'), 'The collector does not answer.'],
  [new Error('Too many listen already.'), 'Too many listen already.'],
  [undefined, 'The collector, or a proxy before it, ended the feed.'],
])('says when and why it was lost: %s', async (error, reason) => {
  const { connections, join, links, settle, clock, timers, fire } = aFeed()
  join()
  connections[0]?.push(counters)
  await settle()
  clock.nowMs = 2000
  connections[0]?.end(error)
  await settle()
  expect(links().at(-1)).toEqual({ status: 'lost', lost: { atMs: 2000, reason } })
  expect(timers()).toEqual([3000])
  fire()
  clock.nowMs = 5000
  connections[1]?.end(new TypeError('Failed to fetch'))
  await settle()
  // Still lost, since then.
  expect(links().at(-1)).toMatchObject({ status: 'lost', lost: { atMs: 2000 } })
  fire()
  connections[2]?.push(counters)
  await settle()
  expect(links().at(-1)).toMatchObject({ status: 'open', sinceMs: 5000, lost: { atMs: 2000 } })
})

it('takes silence for a loss, and says what keeps a feed back', async () => {
  const { connections, join, links, settle, timers, fire } = aFeed()
  const leave = join()
  expect(timers()).toEqual([10_000])
  fire()
  expect(connections[0]?.signal.aborted).toBe(true)
  expect(links().at(-1)).toMatchObject({
    status: 'lost',
    lost: { reason: expect.stringContaining('proxy that buffers') },
  })
  connections[0]?.push(counters)
  await settle()
  expect(links().at(-1)).toMatchObject({ status: 'lost' })
  fire()
  expect(connections).toHaveLength(2)
  leave()
  expect(timers()).toEqual([])
})

it('asks no more once nobody listens', async () => {
  const { connections, join, settle, timers } = aFeed()
  const leave = join()
  connections[0]?.end()
  await settle()
  leave()
  expect(timers()).toEqual([])
  join()
  expect(connections).toHaveLength(2)
})

it('waits for the read token, and goes on for all once somebody who has shown it joins', async () => {
  const { connections, join, links, settle, timers } = aFeed()
  join()
  connections[0]?.end(new ApiError(401, 'unauthorized', 'Expected the read token.'))
  await settle()
  expect(links().at(-1)).toEqual({ status: 'locked' })
  expect(timers()).toEqual([])
  const late: FeedMessage[] = []
  join(late)
  expect(late).toEqual([{ kind: 'link', link: { status: 'connecting' } }])
  expect(links().at(-1)).toEqual({ status: 'connecting' })
  connections[1]?.push(counters)
  await settle()
  expect(links().at(-1)).toEqual({ status: 'open', sinceMs: 1000 })
})

it('keeps a minute of counters for who comes later, and no more', async () => {
  const { connections, join, settle } = aFeed()
  join()
  connections[0]?.push(history + counters.repeat(500))
  await settle()
  const late: FeedMessage[] = []
  join(late)
  expect(late).toHaveLength(2)
  expect(late[1]).toMatchObject({ kind: 'history', since: Array(120).fill({ stored: 5 }) })
})
