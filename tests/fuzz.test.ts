/** What once did harm does none any more, nor do the inputs of half a second; `npm run fuzz` goes on from there. */
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readCases } from './fuzz/cases.ts'
import { fuzzTarget } from './fuzz/fuzz-target.ts'
import type { Subject } from './fuzz/target.ts'
import { targets } from './fuzz/targets.ts'

/** On a busy machine everything is slow. */
const leastSlowMs = 20_000

it.each(targets)('$name: no input does harm', { timeout: 180_000 }, async (target) => {
  const first = await readCases(target.name)
  const { inputs, findings } = await fuzzTarget(target, { seed: 1, durationMs: 500, leastSlowMs, first })
  expect(findings).toEqual([])
  expect(inputs).toBeGreaterThan(0)
})

/** What is found of inputs of which none may take longer than 5 ms. */
async function harmsOf(how: Pick<Subject, 'try' | 'control'>): Promise<readonly string[]> {
  const rest = { check: async () => {}, heldBytes: async () => 0, close: async () => {} }
  const subject: Subject = { inputs: fc.constant(1), lanes: 1, slowMs: 5, countOf: () => 1, ...rest, ...how }
  const target = { name: 'slow', about: '', share: 1, open: async () => subject }
  const { findings } = await fuzzTarget(target, { seed: 1, durationMs: 1, first: [1] })
  return findings.map(({ harm }) => harm)
}

it('finds what computes for long, or is slow beside something harmless, and blames nothing for a machine that is busy', async () => {
  const isBusy = () => sleep(10)
  const compute = async () => {
    const { user } = process.cpuUsage()
    while (process.cpuUsage().user - user < 10_000);
  }
  const slow = [expect.stringMatching(/^It takes \d+ ms$/)]
  expect(await harmsOf({ try: compute })).toEqual(slow)
  expect(await harmsOf({ try: isBusy, control: async () => {} })).toEqual(slow)
  expect(await harmsOf({ try: isBusy })).toEqual([])
  expect(await harmsOf({ try: isBusy, control: isBusy })).toEqual([])
})
