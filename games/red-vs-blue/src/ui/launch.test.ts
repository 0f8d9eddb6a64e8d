import { expect, it } from 'vitest'
import { readLaunch } from './launch.ts'

const nothing = { missionId: undefined, seed: undefined, byBot: false, nowMs: undefined, speed: undefined }

it('reads how the page was called', () => {
  expect(readLaunch('?mission=cascade&seed=7&bot=1&now=2026-01-01T00:00:00Z&speed=8')).toEqual({
    missionId: 'cascade',
    seed: 7,
    byBot: true,
    nowMs: Date.UTC(2026, 0, 1),
    speed: 8,
  })
  expect(readLaunch('?seed=0')).toEqual({ ...nothing, seed: 0 })
})

it.each(['', '?seed=&now=&speed=', '?seed=7.5&speed=0&bot=yes', '?seed=-1&speed=65&now=soon', '?seed=4294967296'])(
  'takes what it can’t read for not given: %s',
  (query) => {
    expect(readLaunch(query)).toEqual(nothing)
  },
)
