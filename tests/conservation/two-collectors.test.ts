/**
 * Two collectors, one session, one stream: whatever is lost on the way, answered late or removed behind a sink, what was
 * acknowledged is stored, once and in order.
 */
import { expect, it } from 'vitest'
import { playTwoCollectors, type StreamAblation } from './two-collectors.ts'

const runs = Number(process.env.DOWNLINK_STREAM_RUNS ?? 1000)
const firstSeed = Number(process.env.DOWNLINK_SEED ?? 1)

/** Until one fails. @returns why, with the seed that shows it, and how many connections were told that they were replaced */
async function playSeeds(count: number, without?: StreamAblation) {
  let replaced = 0
  for (let seed = firstSeed; seed < firstSeed + count; seed++) {
    try {
      replaced += (await playTwoCollectors(seed, without)).replaced
    } catch (error) {
      return { failure: `DOWNLINK_SEED=${seed}: ${error}`, replaced }
    }
  }
  return { failure: undefined, replaced }
}

it('loses nothing, stores nothing twice and stops no client while that goes from one collector to the other', {
  timeout: 3_600_000,
}, async () => {
  const { failure, replaced } = await playSeeds(runs)
  expect(failure).toBeUndefined()
  // What the client has left behind hears of it; one run alone may have no such connection.
  if (runs >= 100) expect(replaced).toBeGreaterThan(0)
})

it.each(['asking', 'comparing', 'epochs', 'rereading', 'trimming'] as const)(
  'needs each of its rules: without %s it fails',
  async (without) => {
    expect((await playSeeds(1000, without)).failure).toBeDefined()
  },
)
