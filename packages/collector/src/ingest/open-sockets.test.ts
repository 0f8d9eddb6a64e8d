import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { limitDefaults } from '../options.ts'
import { createOpenSockets, type OpenSocket } from './open-sockets.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** One that is never paused, and says nothing. */
function aSilentSocket() {
  const ended: string[] = []
  const open = {
    ping() {},
    ws: { isPaused: false, pause() {}, terminate: () => void ended.push('terminated') },
    socket: { close: (code: number) => void ended.push(`closed with ${code}`) },
    connection: { recheckKey() {}, sendHeartbeat() {} },
    watch: { unfinishedSinceMs: undefined },
    heardAtMs: 0,
  }
  return { open: open as unknown as OpenSocket, ended }
}

it('ends a socket at the third heartbeat of its silence, and not for one that comes late', () => {
  const sockets = createOpenSockets({ ...limitDefaults, heartbeatMs: 1000 })
  const { open, ended } = aSilentSocket()
  sockets.add(open)
  vi.advanceTimersByTime(2000)
  expect(ended).toEqual([])
  vi.advanceTimersToNextTimer()
  // The third timer has run. What came before it, and was not read yet, is read now.
  open.heardAtMs = sockets.listenedMs()
  vi.advanceTimersByTime(2000)
  expect(ended).toEqual([])
  vi.advanceTimersByTime(1000)
  expect(ended).toEqual(['terminated'])
  sockets.pause()
})

it('gives a message all of its time', () => {
  const sockets = createOpenSockets({ ...limitDefaults, heartbeatMs: 1000, requestTimeoutMs: 2000 })
  const { open, ended } = aSilentSocket()
  vi.advanceTimersByTime(1999)
  Object.assign(open.watch, { unfinishedSinceMs: sockets.listenedMs() })
  sockets.add(open)
  for (let beats = 0; beats < 2; beats++) {
    open.heardAtMs = sockets.listenedMs()
    vi.advanceTimersByTime(1000)
  }
  expect(ended).toEqual([])
  vi.advanceTimersByTime(1000)
  expect(ended).toEqual(['closed with 4413'])
  sockets.pause()
})
