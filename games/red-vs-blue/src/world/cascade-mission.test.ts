import { expect, it } from 'vitest'
import { cascadeMission } from './cascade-mission.ts'
import { momentAt } from './test-doubles.ts'

it('is lost after eight ships or three minutes, and not before', () => {
  const { defeat } = cascadeMission
  expect(defeat(momentAt(10_799, { lost: 7 }))).toBeUndefined()
  expect(defeat(momentAt(600, { lost: 8 }))).toContain('8 ships')
  expect(defeat(momentAt(10_800))).toContain('main fleet')
})
