/** Draws seeded numbers, so that a failing run can be named and repeated. */

/** Whole numbers in [0, below). mulberry32, by Tommy Ettinger (public domain). */
export type Chance = (below: number) => number

export function createChance(seed: number): Chance {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}
