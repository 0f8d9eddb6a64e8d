import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { attitudeAt, attitudeNamed, attitudes, fameToRise, infamyToFall, isWorse, type Standing } from './standing.ts'

it.each([
  [-100, 'hostile'],
  [-40, 'hostile'],
  [-39, 'wary'],
  [-15, 'wary'],
  [-14, 'neutral'],
  [14, 'neutral'],
  [15, 'friendly'],
  [39, 'friendly'],
  [40, 'allied'],
])('a score of %d is %s', (score, attitude) => {
  expect(attitudeAt(score)).toBe(attitude)
})

it('knows worse from better, and takes unknown words for neutral', () => {
  expect(isWorse('hostile', 'wary')).toBe(true)
  expect(isWorse('allied', 'wary')).toBe(false)
  expect(isWorse('wary', 'wary')).toBe(false)
  expect([attitudeNamed('allied'), attitudeNamed('smitten'), attitudeNamed(null)]).toEqual([
    'allied',
    'neutral',
    'neutral',
  ])
})

describe('from any standing', () => {
  const anyStanding = fc
    .record({ fame: fc.integer({ min: 0, max: 200 }), infamy: fc.integer({ min: 0, max: 200 }) })
    .map(({ fame, infamy }): Standing => ({ fame, infamy, attitude: attitudeAt(fame - infamy) }))
  const after = (attitude: Standing['attitude'], steps: number) =>
    attitudes[Math.max(0, Math.min(attitudes.length - 1, attitudes.indexOf(attitude) + steps))]

  it('the fame to rise rises by one attitude, and less does not', () => {
    fc.assert(
      fc.property(anyStanding, (standing) => {
        const score = standing.fame - standing.infamy
        const fame = fameToRise(standing)
        expect(attitudeAt(score + fame)).toBe(after(standing.attitude, 1))
        if (fame > 0) expect(attitudeAt(score + fame - 1)).toBe(standing.attitude)
      }),
    )
  })

  it('the infamy to fall falls by one attitude, and less does not', () => {
    fc.assert(
      fc.property(anyStanding, (standing) => {
        const score = standing.fame - standing.infamy
        const infamy = infamyToFall(standing)
        expect(attitudeAt(score - infamy)).toBe(after(standing.attitude, -1))
        if (infamy > 0) expect(attitudeAt(score - infamy + 1)).toBe(standing.attitude)
      }),
    )
  })
})
