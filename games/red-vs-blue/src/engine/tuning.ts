/**
 * Holds every number that a battle is played by and that no option sets. Changing one changes every recorded battle.
 * Distances are in pixels, times in ticks, angles in radians, speeds in pixels a tick.
 */
export const tuning = {
  round: {
    /** After it a round is decided by numbers: a minute and a half at 60 a second. */
    limitTicks: 5400,
    /** From the end of a round to the start of the next. */
    pauseTicks: 240,
    /** Of one battlefield, reinforcements included. */
    maxShips: 500,
    /** The side of a cell in which ships are looked for. */
    cellSize: 64,
    /** The shares of `shipSpeed` that the engines of bots reach. */
    botPace: { min: 0.55, max: 0.8 },
  },
  ship: {
    /** From its centre to its hull. */
    radius: 7,
    /** A tick at full rudder: once around in 1.2 seconds. */
    turnRate: 0.085,
    /** The share of its speed that it loses each tick. With thrust of the same share, top speed is where both meet. */
    drag: 0.04,
  },
  gun: {
    /** From one shot to the next. */
    reloadTicks: { min: 14, max: 30 },
    /** By which a shot strays to either side. */
    spread: 0.45,
    bulletLifeTicks: 55,
  },
  /** Weights are relative to the pull of the prey, which is 1. */
  bot: {
    keepCourse: { weight: 0.2 },
    think: { minTicks: 12, maxTicks: 30, taste: 0.5, changeSide: 0.2 },
    pass: { within: 90, weight: 1.6 },
    flee: { belowHealth: 0.4, forTicks: 150, jinkTicks: 24, weight: 0.9 },
    flock: { within: 110, alignment: 0.2, cohesion: 0.04 },
    separation: { within: 84, weight: 3 },
    dodge: { within: 130, miss: 30, weight: 2.2 },
    edge: { within: 110, weight: 3 },
    aim: { within: 0.5, farthest: 0.85 },
    slowTurn: { above: 1.2, thrust: 0.4 },
  },
} as const
