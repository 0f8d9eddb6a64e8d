// @vitest-environment jsdom
import { expect, it, vi } from 'vitest'
import { auto, startTelemetry } from '../auto.ts'
import { createTestTelemetry } from '../test-doubles.ts'
import type { PageScope } from './environment.ts'
import { frames } from './frames.ts'
import { instrument } from './instrument.ts'
import { player } from './player.ts'
import { createFakePage, instrumentPage } from './test-doubles.ts'
import { errors } from './uncaught-errors.ts'

const all = () => [errors(), frames(), player()]

it('reads, stores and listens to nothing before the player’s consent, and lets all go when it is withdrawn', () => {
  const page = createFakePage()
  const { telemetry, labels, pushed } = instrumentPage(page, all(), { consent: false })
  expect([page.held(), [...page.read], page.stored.size, labels()]).toEqual([0, [], 0, undefined])

  telemetry.setEnabled(true)
  expect([page.held(), page.stored.size, pushed('error')]).toEqual([expect.any(Number), 1, []])
  expect(page.held()).toBeGreaterThan(3)
  page.fire('error', { message: 'No hull', filename: '', error: new Error('No hull') })
  expect(pushed('error')).toHaveLength(1)

  telemetry.setEnabled(false)
  expect([page.held(), page.stored.size]).toEqual([0, 0])
  page.fire('error', { message: 'No hull', filename: '', error: new Error('No hull') })
  telemetry.setEnabled(true)
  expect([pushed('error'), labels()]).toEqual([[], {}])
})

it('makes a telemetry that is started, and records, in one call', () => {
  const telemetry = startTelemetry({ enabled: true, url: 'http://127.0.0.1:1' })
  dispatchEvent(new ErrorEvent('error', { message: 'No hull', error: new Error('No hull') }))
  telemetry.push('level_started', { level: 3 })
  expect(telemetry.recent(9).map(({ type }) => type)).toEqual(expect.arrayContaining(['error', 'level_started']))
  expect(telemetry.recent(1)[0]?.labels).toMatchObject({ player: expect.any(String) })
  expect(telemetry.status().status).not.toBe('idle')
  telemetry.setEnabled(false)
})

it('does nothing at all under the operator’s flag', () => {
  const page = createFakePage()
  const { telemetry } = instrumentPage(page, all(), { enabled: false })
  telemetry.setEnabled(true)
  expect([page.held(), [...page.read]]).toEqual([0, []])
})

it('starts the telemetry, and stops it with all its parts, as often as it is told to', () => {
  const page = createFakePage()
  const { telemetry, stop } = instrumentPage(page, all())
  expect([telemetry.status().status, page.held() > 0]).toEqual(['waiting', true])
  stop()
  stop()
  expect([telemetry.status().status, page.held()]).toEqual(['idle', 0])
  telemetry.setEnabled(false)
  telemetry.setEnabled(true)
  expect(page.held()).toBe(0)
})

it.each([
  ['has nothing', {}],
  [
    'forbids everything',
    new Proxy(
      {},
      {
        get: () => {
          throw new DOMException('Forbidden', 'SecurityError')
        },
      },
    ),
  ],
  ['has other things of these names', new Proxy({}, { get: () => 'nonsense' })],
])('a page that %s keeps its game', (_, scope) => {
  const { telemetry } = createTestTelemetry()
  const stop = instrument(telemetry, all(), scope)
  telemetry.push('level_started', { level: 3 })
  expect(telemetry.recent(1)).toMatchObject([{ type: 'level_started' }])
  expect(telemetry.status().status).toBe('waiting')
  stop()
  expect(telemetry.status().status).toBe('idle')
})

it('runs in jsdom, and in Node', () => {
  for (const scope of [window, Object.create(null)]) {
    const { telemetry } = createTestTelemetry()
    const stop = auto(telemetry, scope)
    scope.dispatchEvent?.(new ErrorEvent('error', { message: 'Uncaught Error: No hull', error: new Error('No hull') }))
    stop()
    expect(telemetry.recent(9).some(({ type }) => type === 'error')).toBe(scope === window)
  }
})

it('keeps no Node process from ending', () => {
  const { telemetry } = createTestTelemetry()
  const setInterval = vi.fn()
  instrument(telemetry, all(), { setInterval } as unknown as PageScope)
  expect(setInterval).not.toHaveBeenCalled()
})

it('leaves out a part that throws, and runs the others', () => {
  const page = createFakePage()
  const broken = () => {
    throw new Error('broken')
  }
  const { pushed } = instrumentPage(page, [broken, errors()])
  page.fire('error', { message: 'No hull', filename: '', error: new Error('No hull') })
  expect(pushed('error')).toHaveLength(1)
})
