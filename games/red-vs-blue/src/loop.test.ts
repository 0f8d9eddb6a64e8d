import { expect, it, vi } from 'vitest'
import { createLoop } from './loop.ts'
import { fakeFrames } from './test-doubles.ts'

function run(speed = 1) {
  const frames = fakeFrames()
  const [tick, measure, draw] = [vi.fn(), vi.fn(), vi.fn()]
  const loop = createLoop({ tickHz: () => 50, speed: () => speed, tick, measure, frames })
  loop.onFrame(draw)
  loop.start()
  loop.start()
  frames.show(0)
  return { frames, tick, measure, draw, stop: loop.stop }
}

it('plays whole ticks and hands the rest on to the drawing', () => {
  const { frames, tick, draw } = run()
  frames.show(30)
  expect(tick).toHaveBeenCalledTimes(1)
  expect(draw).toHaveBeenLastCalledWith(0.5, 30)
  frames.show(10)
  expect(tick).toHaveBeenCalledTimes(2)
  expect(draw).toHaveBeenLastCalledWith(0, 10)
})

it('plays faster, and not at all at speed 0', () => {
  const fast = run(4)
  fast.frames.show(20)
  expect(fast.tick).toHaveBeenCalledTimes(4)
  const paused = run(0)
  paused.frames.show(90)
  expect(paused.tick).not.toHaveBeenCalled()
  expect(paused.draw).toHaveBeenCalledTimes(2)
})

it('does not play everything at once that it missed', () => {
  const { frames, tick } = run()
  frames.show(3_600_000)
  expect(tick).toHaveBeenCalledTimes(5)
})

it('counts no time in hiding as a frame', () => {
  const { frames, tick, measure } = run()
  frames.hide()
  frames.show(60_000)
  expect(tick).not.toHaveBeenCalled()
  expect(measure).not.toHaveBeenCalled()
  frames.show(20)
  expect(measure.mock.calls).toEqual([[20]])
})

it('leaves nothing behind when it stops', () => {
  const { frames, stop } = run()
  expect([frames.waiting, frames.watching]).toEqual([1, 1])
  stop()
  stop()
  expect([frames.waiting, frames.watching]).toEqual([0, 0])
})
