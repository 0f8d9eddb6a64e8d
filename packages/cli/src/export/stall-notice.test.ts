import { expect, it, onTestFinished, vi } from 'vitest'
import { createStallNotice } from './stall-notice.ts'

it('tells of each ten seconds in which nothing was said', () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const told: string[] = []
  const stall = createStallNotice((text) => told.push(/for (.*?):/.exec(text)?.[1] ?? text))
  vi.advanceTimersByTime(9999)
  stall.reset()
  vi.advanceTimersByTime(9999)
  expect(told).toEqual([])
  vi.advanceTimersByTime(20_001)
  expect(told).toEqual(['10 s', '20 s', '30 s'].slice(0, told.length))
  expect(told.length).toBe(3)
  stall.reset()
  vi.advanceTimersByTime(10_000)
  stall.end()
  vi.advanceTimersByTime(60_000)
  expect(told).toEqual(['10 s', '20 s', '30 s', '10 s'])
})
