import { expect, it } from 'vitest'
import { frames } from './frames.ts'
import { idle } from './idle.ts'
import { createFakePage, instrumentPage } from './test-doubles.ts'

it('sums up the frames of each second', () => {
  const page = createFakePage()
  const { pushed } = instrumentPage(page, [frames()])
  for (let n = 0; n < 95; n++) page.frame(10)
  page.frame(40)
  page.advance(10)
  expect(pushed('frame_times')).toEqual([{ fps: expect.closeTo(96.9, 0), p50: 10, p95: 10, p99: 40, max: 40 }])
})

it('takes no pause for a frame: hidden, or out of sight', () => {
  const page = createFakePage()
  const { pushed } = instrumentPage(page, [frames()])
  const play = () => {
    for (let n = 0; n < 100; n++) page.frame(10)
  }
  play()
  page.hide()
  page.advance(3_600_000)
  page.show()
  play()
  // A frame of another origin that was scrolled away: its timers run, and it hears of nothing.
  page.advance(60_000)
  play()
  page.advance(1000)
  expect(Math.max(...pushed('frame_times').map((times) => (times as { max: number }).max))).toBe(10)
})

it('takes a page that stands still for what it is', () => {
  const page = createFakePage()
  const { pushed } = instrumentPage(page, [frames()])
  page.frame(10)
  page.standStill(3000)
  page.frame(0)
  page.advance(1000)
  expect(pushed('frame_times').at(-1)).toMatchObject({ max: 3000 })
})

it('holds a bounded number of times where a game has taken the timers away', () => {
  let tick = (): void => {}
  const page = createFakePage({
    setInterval(run: () => void) {
      tick = run
    },
  })
  const { pushed } = instrumentPage(page, [frames()])
  for (let n = 0; n <= 10_000; n++) page.frame(1)
  for (let n = 0; n < 10_000; n++) page.frame(50)
  tick()
  expect(pushed('frame_times')).toMatchObject([{ max: 1 }])
})

it('tells of the longest frame of a second, and of the script that took it', () => {
  let told: (list: object) => void = () => {}
  let isConnected = false
  class PerformanceObserver {
    static readonly supportedEntryTypes = ['long-animation-frame']
    constructor(callback: (list: object) => void) {
      told = callback
    }
    observe({ type }: { type: string }) {
      isConnected = type === 'long-animation-frame'
    }
    disconnect() {
      isConnected = false
    }
  }
  const page = createFakePage({ PerformanceObserver })
  const { pushed, stop } = instrumentPage(page, [frames()])
  const script = { invoker: 'TimerHandler:setTimeout', sourceURL: 'https://game.example/game.js?v=1' }
  const scripts = [
    { ...script, duration: 20, sourceFunctionName: 'draw' },
    { ...script, duration: 70, sourceFunctionName: 'update' },
  ]
  told({
    getEntries: () => [
      { duration: 60, scripts: [] },
      { duration: 120.4, scripts },
    ],
  })
  for (let n = 0; n < 30; n++) page.frame(100)
  expect(pushed('long_frame')).toEqual([
    { tookMs: 120, count: 2, invoker: script.invoker, source: 'https://game.example/game.js', function: 'update' },
  ])
  expect(isConnected).toBe(true)
  stop()
  expect(isConnected).toBe(false)
})

it('costs no event more while nobody plays, also where no collector lets the session end', () => {
  const page = createFakePage()
  const { pushed } = instrumentPage(page, [frames(), idle({ afterMs: 600_000 })])
  for (let n = 0; n < 2 * 1800; n++) page.frame(500)
  expect(pushed('frame_times')).toHaveLength(599)
  page.fire('keydown')
  for (let n = 0; n < 4; n++) page.frame(500)
  expect(pushed('frame_times')).toHaveLength(601)
})
