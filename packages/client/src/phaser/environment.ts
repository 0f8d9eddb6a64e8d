/** Reads the clock of the page. In this folder this file alone touches globals. */

/** Milliseconds of a clock that nobody sets: Phaser's own stands still within a step. */
export const monotonicMs = (): number => performance.now()
