import { afterEach, expect, it, vi } from 'vitest'
import { processPorts } from './ports.ts'

afterEach(() => void vi.restoreAllMocks())

it('tells once whether a text went out, and of an error not a second time', async () => {
  let error: Error | null = null
  const write = (_: unknown, written: (error: Error | null) => void): boolean => {
    written(error)
    return true
  }
  vi.spyOn(process.stdout, 'write').mockImplementation(write as typeof process.stdout.write)
  const before = process.stdout.listenerCount('error')
  await processPorts().stdout('a')
  expect(process.stdout.listenerCount('error')).toBe(before)
  error = new Error('write EPIPE')
  await expect(processPorts().stdout('b')).rejects.toBe(error)
  // Without a listener this would throw.
  process.stdout.emit('error', error)
  expect(process.stdout.listenerCount('error')).toBe(before)
})

it('hears of what nobody took, until it is told to stop', () => {
  const listeners = (): unknown[][] => [process.listeners('uncaughtException'), process.listeners('unhandledRejection')]
  const counts = (): number[] => listeners().map(({ length }) => length)
  const before = counts()
  const report = vi.fn()
  const stop = processPorts().listenForUncaughtErrors(report)
  expect(counts()).toEqual(before.map((count) => count + 1))
  expect(listeners().every((all) => all.includes(report))).toBe(true)
  stop()
  expect(counts()).toEqual(before)
})

it('hears once that nothing is left to happen', () => {
  const before = process.listenerCount('beforeExit')
  const report = vi.fn()
  processPorts().listenForIdle(report)()
  expect(process.listenerCount('beforeExit')).toBe(before)
  const stop = processPorts().listenForIdle(report)
  expect(process.listeners('beforeExit').length).toBe(before + 1)
  stop()
})

it('has this process and its clock', () => {
  const { variables, stderr, clock } = processPorts()
  expect(variables).toBe(process.env)
  expect(stderr).toBe(process.stderr)
  expect(clock).toBe(Date.now)
})
