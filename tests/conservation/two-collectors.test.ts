/**
 * Two collectors, one session, one stream: whatever is lost on the way, answered late or removed behind a sink, what was
 * acknowledged is stored, once and in order.
 */
import { expect, it } from 'vitest'
import { playTwoCollectors, type StreamAblation } from './two-collectors.ts'

const runs = Number(process.env.DOWNLINK_STREAM_RUNS ?? 1000)
const firstSeed = Number(process.env.DOWNLINK_SEED ?? 1)

/** @returns what went wrong first, and the seed that shows it */
async function firstFailure(count: number, without?: StreamAblation): Promise<string | undefined> {
  for (let seed = firstSeed; seed < firstSeed + count; seed++) {
    try {
      await playTwoCollectors(seed, without)
    } catch (error) {
      return `DOWNLINK_SEED=${seed}: ${error}`
    }
  }
  return undefined
}

it('loses nothing and stores nothing twice while a client goes from one collector to the other', {
  timeout: 3_600_000,
}, async () => {
  expect(await firstFailure(runs)).toBeUndefined()
})

it.each(['asking', 'comparing', 'trimming'] as const)(
  'needs each of its rules: without %s it fails',
  async (without) => {
    expect(await firstFailure(1000, without)).toBeDefined()
  },
)
