import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { event, rejection } from '../test-doubles.ts'
import { createReceived } from './received-events.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('keeps what it takes, until it is reset', () => {
  const received = createReceived()
  received.take({ events: [event('a', 1)], rejected: [rejection(2, {})] })
  expect(received.events.map(({ type }) => type)).toEqual(['a'])
  expect(received.rejected.map(({ seq }) => seq)).toEqual([2])
  received.reset()
  expect([...received.events, ...received.rejected]).toEqual([])
})

it('answers at once, after a change, or not at all in time', async () => {
  const received = createReceived()
  const first = () => received.events[0]?.type
  const later = received.until(first, 100)
  received.take({ events: [], rejected: [] })
  received.take({ events: [event('a', 1)], rejected: [] })
  expect(await later).toBe('a')
  expect(await received.until(first, 100)).toBe('a')
  const never = received.until(() => undefined, 100)
  vi.advanceTimersByTime(100)
  expect(await never).toBeUndefined()
  expect(vi.getTimerCount()).toBe(0)
})

it('waits without a limit where that is 0', async () => {
  const received = createReceived()
  const answer = received.until(() => received.events[0]?.type, 0)
  expect(vi.getTimerCount()).toBe(0)
  received.take({ events: [event('a', 1)], rejected: [] })
  expect(await answer).toBe('a')
})

it('keeps what a question throws from the collector', async () => {
  const received = createReceived()
  const answer = received.until(() => {
    if (received.events.length > 0) throw new Error('mine')
    return undefined
  }, 100)
  expect(() => received.take({ events: [event('a', 1)], rejected: [] })).not.toThrow()
  await expect(answer).rejects.toThrow('mine')
})
