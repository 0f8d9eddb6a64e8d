/** Collector and store die, together and apart, at any write and any sync: what was acknowledged is there, or is counted. */
import { expect, it } from 'vitest'
import { firstFailure } from './first-failure.ts'

const runs = Number(process.env.TWO_HALVES_RUNS ?? 500)

it('loses nothing that was acknowledged, and stores nothing twice, while nothing is damaged', {
  timeout: 3_600_000,
}, async () => {
  expect(await firstFailure({ disasters: false }, runs)).toBeUndefined()
})

it('counts what damage and older copies took, and stores nothing twice', { timeout: 3_600_000 }, async () => {
  expect(await firstFailure({ disasters: true }, runs)).toBeUndefined()
})

it.each([
  ['synced-end', false],
  ['rewriting', false],
  ['one-entry', false],
  ['segment-ids', true],
  ['checkpoint-order', false],
  ['one-transaction', false],
  ['empty-entries', true],
] as const)('needs each of its rules: without %s it fails', { timeout: 600_000 }, async (without, disasters) => {
  expect(await firstFailure({ disasters, without }, 3000)).toBeDefined()
})
