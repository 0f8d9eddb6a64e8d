import { afterEach, expect, it, vi } from 'vitest'
import { ended, listenForInterruption, untilInterrupted } from './interruption.ts'

afterEach(() => void vi.restoreAllMocks())

const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** What would be called on a signal, without one being sent. */
const newest = (name: NodeJS.Signals): (() => void) => process.listeners(name).at(-1) as () => void

it('aborts on the first signal, takes its echo for the same, and is forced by a second', () => {
  vi.spyOn(performance, 'now').mockReturnValueOnce(1000).mockReturnValue(1100)
  const exit = vi.spyOn(process, 'exit').mockImplementation(() => undefined as never)
  const { signal, release } = listenForInterruption()
  expect(signal.aborted).toBe(false)
  newest('SIGINT')()
  expect(signal.aborted).toBe(true)
  newest('SIGTERM')()
  expect(exit).not.toHaveBeenCalled()
  vi.spyOn(performance, 'now').mockReturnValue(2000)
  newest('SIGINT')()
  expect(exit).toHaveBeenCalledWith(130)
  release()
})

it('leaves signals to others once it is released', () => {
  const counts = (): number[] => names.map((name) => process.listenerCount(name))
  const before = counts()
  const { release } = listenForInterruption()
  expect(counts()).toEqual(before.map((count) => count + 1))
  release()
  expect(counts()).toEqual(before)
})

it('has an end that can be waited for', async () => {
  const signal = untilInterrupted()
  const waiting = ended(signal)
  newest('SIGINT')()
  await waiting
  await ended(signal)
  await ended(new AbortController().signal, 1)
  for (const name of names) process.off(name, newest(name))
})
