/** Somebody sets the clock, an hour back or a minute forward: nothing that lasts notices. */
import { expect, it, onTestFinished, vi } from 'vitest'
import { aClient, aCollector, aListener, post } from './harness.ts'

/** A wall clock that a test can set. Nothing but `Date.now` knows. */
function aWallClock() {
  const real = Date.now
  let stepMs = 0
  const spy = vi.spyOn(Date, 'now').mockImplementation(() => real() + stepMs)
  onTestFinished(() => spy.mockRestore())
  return {
    step(ms: number) {
      stepMs += ms
    },
  }
}

const event = { type: 'a', timestamp: 1 }
const steps = [
  ['an hour back', -3_600_000],
  ['sixty seconds forward', 60_000],
] as const

it.each(steps)('takes POSTs and batches on after a step of %s', async (_name, ms) => {
  const wall = aWallClock()
  const { listening } = await aCollector({ limits: { maxEventsPerSecond: 1000, maxPostsPerSecond: 100 } })
  const client = await aClient(listening)
  await client.hello()
  expect(await client.batch(1, [event])).toMatchObject({ t: 'ack', seq: 1 })
  expect((await post(listening, [event])).status).toBe(200)
  wall.step(ms)
  expect(await client.batch(2, [event])).toMatchObject({ t: 'ack', seq: 2 })
  expect((await post(listening, [event])).status).toBe(200)
})

it.each(steps)('keeps a healthy socket up, and beats on, after a step of %s', async (_name, ms) => {
  const wall = aWallClock()
  const { listening } = await aCollector({ limits: { heartbeatMs: 300 } })
  const client = await aClient(listening)
  await client.hello()
  wall.step(ms)
  for (let beats = 0; beats < 4; beats++) expect(await client.next()).toEqual({ t: 'beat' })
})

it.each(steps)('shows the rate on after a step of %s', async (_name, ms) => {
  const wall = aWallClock()
  const { listening } = await aCollector()
  const live = await aListener(listening.url)
  const rate = (sum: number) =>
    live.next<{ perSecond: number[] }>('counters', ({ perSecond }) => perSecond.reduce((a, b) => a + b) === sum)
  await post(listening, [event])
  await rate(1)
  wall.step(ms)
  await post(listening, [event])
  await rate(2)
})

it('still reaps a socket that is silent, whatever the clock does', async () => {
  const wall = aWallClock()
  const { listening } = await aCollector({ limits: { heartbeatMs: 200 } })
  const client = await aClient(listening, undefined, { autoPong: false })
  await client.hello()
  wall.step(-3_600_000)
  expect(await client.closed).toMatchObject({ code: 1006 })
})
