/** What the tests of the game share. */

/** `digestBattle({ seed: 7, ticks: 3600 })`: changes with every change of the rules, and with nothing else. */
export const goldenDigest = '143ed741b8285a48'
