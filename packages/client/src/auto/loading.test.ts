import { expect, it } from 'vitest'
import { loading } from './loading.ts'
import { createFakePage, instrumentPage } from './test-doubles.ts'

function loadingPage(entry: object | undefined, paint?: object) {
  const performance = {
    now: () => 5000,
    getEntriesByType: (type: string) => (type === 'navigation' && entry ? [entry] : []),
    getEntriesByName: (name: string) => (name === 'first-contentful-paint' && paint ? [paint] : []),
  }
  return createFakePage({ performance })
}

it('tells of the page once it has loaded, and once', () => {
  const entry = { responseStart: 80.2, domInteractive: 300.7, loadEventEnd: 0 }
  const page = loadingPage(entry, { startTime: 410.5 })
  const { telemetry, pushed } = instrumentPage(page, [loading()])
  page.advance(5000)
  expect(pushed('page_loaded')).toEqual([])
  entry.loadEventEnd = 900.9
  page.advance(1000)
  expect([pushed('page_loaded'), page.held()]).toEqual([
    [{ firstByteMs: 80, interactiveMs: 301, loadMs: 901, firstPaintMs: 411 }],
    0,
  ])
  telemetry.buffer.drain(9)
  telemetry.setEnabled(false)
  telemetry.setEnabled(true)
  page.advance(5000)
  expect([pushed('page_loaded'), page.held()]).toEqual([[], 0])
})

it('tells of what there is', () => {
  const page = loadingPage({ responseStart: 1, domInteractive: 2, loadEventEnd: 3 })
  const { pushed } = instrumentPage(page, [loading()])
  page.advance(1000)
  expect(pushed('page_loaded')).toEqual([{ firstByteMs: 1, interactiveMs: 2, loadMs: 3 }])
})

it.each([
  ['measured nothing', loadingPage(undefined)],
  ['knows no such times', createFakePage({ performance: { now: () => 0 } })],
])('tells nothing where the browser has %s', (_, page) => {
  const { pushed } = instrumentPage(page, [loading()])
  page.advance(60_000)
  expect(pushed('page_loaded')).toEqual([])
})
