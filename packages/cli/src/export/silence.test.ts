import { expect, it, onTestFinished, vi } from 'vitest'
import { watchSilence } from './silence.ts'

it('tells of each ten seconds in which nothing was said', () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const told: string[] = []
  const silence = watchSilence((text) => told.push(/for (.*?):/.exec(text)?.[1] ?? text))
  vi.advanceTimersByTime(9999)
  silence.broken()
  vi.advanceTimersByTime(9999)
  expect(told).toEqual([])
  vi.advanceTimersByTime(20_001)
  expect(told).toEqual(['10 s', '20 s', '30 s'].slice(0, told.length))
  expect(told.length).toBe(3)
  silence.broken()
  vi.advanceTimersByTime(10_000)
  silence.end()
  vi.advanceTimersByTime(60_000)
  expect(told).toEqual(['10 s', '20 s', '30 s', '10 s'])
})
