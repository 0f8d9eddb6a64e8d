import { expect, it } from 'vitest'
import { frames } from './frames.ts'
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
  page.fire('visibilitychange')
  page.advance(3_600_000)
  page.fire('visibilitychange')
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
