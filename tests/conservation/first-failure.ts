/** Plays runs of two halves, seed by seed, until one fails. */
import { playTwoHalves, type RunOptions } from './two-halves.ts'

const firstSeed = Number(process.env.DOWNLINK_SEED ?? 1)

/** @returns what went wrong first, and the seed that shows it */
export async function firstFailure(options: RunOptions, runs: number): Promise<string | undefined> {
  for (let seed = firstSeed; seed < firstSeed + runs; seed++) {
    try {
      await playTwoHalves(seed, options)
    } catch (error) {
      return `DOWNLINK_SEED=${seed}: ${String(error)}`
    }
  }
  return undefined
}
