/** What once did harm does none any more, nor do the inputs of half a second; `npm run fuzz` goes on from there. */
import { expect, it } from 'vitest'
import { readCases } from './fuzz/cases.ts'
import { fuzzTarget } from './fuzz/fuzz-target.ts'
import { targets } from './fuzz/targets.ts'

/** On a busy machine everything is slow. */
const leastSlowMs = 20_000

it.each(targets)('$name: no input does harm', { timeout: 180_000 }, async (target) => {
  const first = await readCases(target.name)
  const { inputs, findings } = await fuzzTarget(target, { seed: 1, durationMs: 500, leastSlowMs, first })
  expect(findings).toEqual([])
  expect(inputs).toBeGreaterThan(0)
})
