import { expect, it } from 'vitest'
import type { HeadlessMission } from '../game-module.ts'
import { type PlayEnd, type PlayOptions, playMission } from './play-mission.ts'

interface Played {
  readonly end: PlayEnd
  readonly steps: number
  readonly shown: readonly string[]
}

/** Plays a mission that takes `length` ticks. */
async function play(
  length: number,
  options: Partial<PlayOptions> = {},
  onStep = (_: number): void => {},
): Promise<Played> {
  let steps = 0
  const shown: string[] = []
  const mission = {
    tickHz: 60,
    get finished() {
      return steps >= length
    },
    step() {
      steps += 1
      onStep(steps)
    },
  } as HeadlessMission
  const status = { show: (text: string) => void shown.push(text), clear() {} }
  const defaults = { ticks: undefined, maxTicks: 10_000, signal: new AbortController().signal, status }
  const end = await playMission(mission, { ...defaults, ...options })
  return { end, steps, shown }
}

it('plays to the end, and no tick further', async () => {
  expect(await play(1000)).toMatchObject({ end: { kind: 'finished' }, steps: 1000 })
  expect(await play(0)).toMatchObject({ end: { kind: 'finished' }, steps: 0 })
})

it('plays as many ticks as were asked for', async () => {
  expect(await play(1000, { ticks: 65 })).toMatchObject({ end: { kind: 'ticks' }, steps: 65 })
  expect(await play(1000, { ticks: 0 })).toMatchObject({ end: { kind: 'ticks' }, steps: 0 })
  expect(await play(10, { ticks: 65 })).toMatchObject({ end: { kind: 'finished' }, steps: 10 })
})

it('gives a mission up that never ends, unless the ticks were asked for', async () => {
  expect(await play(1000, { maxTicks: 100 })).toMatchObject({ end: { kind: 'endless', ticks: 100 }, steps: 100 })
  expect(await play(1000, { maxTicks: 100, ticks: 200 })).toMatchObject({ end: { kind: 'ticks' }, steps: 200 })
})

it('ends between two bursts when it is interrupted', async () => {
  const ending = new AbortController()
  const { end, steps } = await play(1e9, { signal: ending.signal, maxTicks: 1e9 }, (step) => {
    if (step === 10) ending.abort()
  })
  expect(end).toEqual({ kind: 'interrupted', ticks: steps })
  expect(steps).toBeLessThan(1e9)
})

it('reports what a tick throws', async () => {
  const error = new Error('no such ship')
  const { end, steps } = await play(1000, {}, (step) => {
    if (step === 70) throw error
  })
  expect(end).toEqual({ kind: 'threw', ticks: 69, error })
  expect(steps).toBe(70)
})

it('shows how far it is', async () => {
  const { shown } = await play(3900)
  expect(shown.at(-1)).toBe("played 1:05 of the game's time, 3,900 ticks")
})
