/** Draws the battle's random numbers, its only source of chance: seeded, and the same to the last bit in every JavaScript engine. */

export interface Random {
  /** A whole number from 0 to 2³² − 1. */
  nextInt(): number
  /** From 0 up to, but not including, 1. */
  next(): number
  /** From `low` up to, but not including, `high`. */
  between(low: number, high: number): number
}

/** Rounds that PractRand discards after seeding, so that close seeds part ways. */
const warmUpRounds = 12

/**
 * sfc32, the "small fast counter" generator of Chris Doty-Humphrey's PractRand: 128 bits of state, stepped by 32-bit
 * additions, shifts and exclusive ors alone, so there is nothing for two engines to disagree on. Not for secrets.
 *
 * @param seed a whole number from 0 to 2³² − 1
 */
export function createRandom(seed: number): Random {
  let a = 0
  let b = seed | 0
  let c = 0
  let counter = 1

  function nextInt(): number {
    const mixed = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + mixed) | 0
    return mixed >>> 0
  }

  const next = (): number => nextInt() / 0x100000000
  const between = (low: number, high: number): number => low + next() * (high - low)

  for (let i = 0; i < warmUpRounds; i++) nextInt()
  return { nextInt, next, between }
}
