import { expect, it } from 'vitest'
import { createClock } from './clock.ts'

function createSource() {
  const source = { wall: 1_000_000.7, monotonic: 50.2 }
  return {
    source,
    clock: createClock({ wallMs: () => source.wall, monotonicMs: () => source.monotonic }),
    pass(ms: number) {
      source.wall += ms
      source.monotonic += ms
    },
  }
}

it('reads whole wall-clock milliseconds', () => {
  const { clock, pass } = createSource()
  expect(clock()).toBe(1_000_000)
  pass(10.5)
  expect(clock()).toBe(1_000_011)
})

it('follows the monotonic clock through a small adjustment of the wall clock', () => {
  const { clock, source, pass } = createSource()
  clock()
  source.wall -= 900
  pass(100)
  expect(clock()).toBe(1_000_100)
})

it('is anchored anew within a second of being awake after sleep', () => {
  const { clock, source, pass } = createSource()
  clock()
  source.wall += 3_600_000
  pass(1000)
  expect(clock()).toBe(4_601_000)
})

it('keeps the time between two events where the wall clock is set back', () => {
  const { clock, source, pass } = createSource()
  clock()
  source.wall -= 3_600_000
  pass(1000)
  expect(clock()).toBe(1_001_000)
  pass(3000)
  expect(clock()).toBe(1_004_000)
})

it('stands still rather than go backwards, where there is no monotonic clock', () => {
  let wall = 5_000_000
  const clock = createClock({ wallMs: () => wall, monotonicMs: () => wall })
  expect(clock()).toBe(5_000_000)
  wall -= 60_000
  expect(clock()).toBe(5_000_000)
  wall += 61_000
  expect(clock()).toBe(5_001_000)
})

it('asks for no time before the first event', () => {
  const refuse = (): never => {
    throw new Error('Disallowed operation called within global scope')
  }
  expect(() => createClock({ wallMs: refuse, monotonicMs: refuse })).not.toThrow()
})
