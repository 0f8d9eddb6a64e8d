import { afterEach, expect, it, onTestFinished, vi } from 'vitest'
import { callExport, describePage, overrideConfig, runTimer } from './page-scripts.ts'

const scope = globalThis as { downlinkConfig?: unknown; downlink?: unknown }

afterEach(() => {
  delete scope.downlinkConfig
  delete scope.downlink
})

it('wins over what the page sets, before and after, field by field', () => {
  overrideConfig({ url: 'ours', enabled: true })
  expect(scope.downlinkConfig).toEqual({ url: 'ours', enabled: true })
  scope.downlinkConfig = { url: 'theirs', key: 'theirs' }
  expect(scope.downlinkConfig).toEqual({ url: 'ours', enabled: true, key: 'theirs' })
  scope.downlinkConfig = undefined
  expect(scope.downlinkConfig).toEqual({ url: 'ours', enabled: true })
})

it('passes on what is asked for, and what comes of it as JSON', async () => {
  const request = { formats: ['json'], prefix: 'mine' }
  scope.downlink = {
    exportInspectorSummary: async (asked: unknown) => ({ asked, gone: undefined, date: new Date(0) }),
  }
  expect(await callExport(request)).toEqual({
    kind: 'exported',
    value: { asked: request, date: '1970-01-01T00:00:00.000Z' },
  })
  scope.downlink = { exportInspectorSummary: () => undefined }
  expect(await callExport({})).toEqual({ kind: 'exported', value: null })
})

it('says that there is no export, or that it threw', async () => {
  expect(await callExport({})).toEqual({ kind: 'absent' })
  scope.downlink = { exportInspectorSummary: 'soon' }
  expect(await callExport({})).toEqual({ kind: 'absent' })
  scope.downlink = { exportInspectorSummary: () => Promise.reject(new RangeError('no store')) }
  expect(await callExport({})).toEqual({ kind: 'threw', message: 'RangeError: no store' })
  const loop: { self?: unknown } = {}
  loop.self = loop
  scope.downlink = { exportInspectorSummary: () => loop }
  expect(await callExport({})).toMatchObject({ kind: 'threw', message: expect.stringContaining('circular') })
})

it('tells whether the page has what it was given, and has asked for it', () => {
  expect(describePage().config).toBe('absent')
  overrideConfig({ url: 'ours', enabled: true })
  expect(describePage()).toEqual({ config: 'unread', isOnline: true, hasFakeClock: expect.any(Boolean) })
  expect(scope.downlinkConfig).toBeDefined()
  expect(describePage().config).toBe('read')
  overrideConfig({ enabled: false })
  expect(scope.downlinkConfig).toBeDefined()
  expect(describePage().config).toBe('disabled')
})

it('tells whether timers run', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const ran = runTimer()
  vi.advanceTimersByTime(1)
  await ran
})
