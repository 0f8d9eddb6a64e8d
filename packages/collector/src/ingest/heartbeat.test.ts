import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { limitDefaults } from '../options.ts'
import { createHeartbeat, type OpenSocket } from './heartbeat.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** One that is never paused, and says nothing. */
function aSilentSocket() {
  const ended: string[] = []
  const open = {
    ping() {},
    ws: { isPaused: false, terminate: () => void ended.push('terminated') },
    socket: { close: (code: number) => void ended.push(`closed with ${code}`) },
    connection: { recheckKey() {}, sendHeartbeat() {} },
    watch: { unfinishedSinceMs: undefined },
    heardAtMs: 0,
  }
  return { open: open as unknown as OpenSocket, ended }
}

it('ends a socket at the third heartbeat of its silence, and not for one that comes late', () => {
  const { open, ended } = aSilentSocket()
  const heartbeat = createHeartbeat([open], { ...limitDefaults, heartbeatMs: 1000 })
  vi.advanceTimersByTime(2000)
  expect(ended).toEqual([])
  vi.advanceTimersToNextTimer()
  // The third timer has run. What came before it, and was not read yet, is read now.
  open.heardAtMs = heartbeat.listenedMs()
  vi.advanceTimersByTime(2000)
  expect(ended).toEqual([])
  vi.advanceTimersByTime(1000)
  expect(ended).toEqual(['terminated'])
  heartbeat.stop()
})

it('gives a message all of its time', () => {
  const { open, ended } = aSilentSocket()
  const heartbeat = createHeartbeat([open], { ...limitDefaults, heartbeatMs: 1000, requestTimeoutMs: 2000 })
  vi.advanceTimersByTime(1999)
  Object.assign(open.watch, { unfinishedSinceMs: heartbeat.listenedMs() })
  for (let beats = 0; beats < 2; beats++) {
    open.heardAtMs = heartbeat.listenedMs()
    vi.advanceTimersByTime(1000)
  }
  expect(ended).toEqual([])
  vi.advanceTimersByTime(1000)
  expect(ended).toEqual(['closed with 4413'])
  heartbeat.stop()
})
