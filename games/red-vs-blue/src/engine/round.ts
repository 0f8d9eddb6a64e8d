/** Runs a round: the fleets line up, fight until one is gone or time is up, and after a pause comes the next. */

import { type Battle, enemyOf, roundPlace, type Ship, type Team } from './battle.ts'
import type { BattleConfig } from './config.ts'
import { createRandom, type Random } from './random.ts'
import { createSpatialHash } from './spatial-hash.ts'
import { pi } from './trigonometry.ts'
import { tuning } from './tuning.ts'

const { limitTicks, pauseTicks, cellSize, botPace } = tuning.round

/** A round is a function of its number, seed and config, so any one of them can be played again alone. */
export function createRound(config: Required<BattleConfig>, round: number, seed: number): Battle {
  return {
    config,
    random: createRandom(seed),
    nearby: createSpatialHash(config.canvasWidth, config.canvasHeight, cellSize),
    round,
    seed,
    tick: 0,
    phase: { status: 'waiting' },
    ships: [],
    bullets: [],
    alive: { red: 0, blue: 0 },
    shipsSpawned: 0,
    bulletsFired: 0,
    pilotedId: undefined,
    report: undefined,
  }
}

/** Reports the round, then lines up both fleets. */
export function beginRound(battle: Battle): void {
  const { seed: _, ...config } = battle.config
  battle.phase = { status: 'fighting' }
  battle.report?.('round_started', { round: battle.round, seed: battle.seed, config })
  for (let place = 0; place < battle.config.shipsPerTeam; place++) {
    spawnShip(battle, 'red', place)
    spawnShip(battle, 'blue', place)
  }
}

/** Puts a ship on its team's side: at its place in the line-up, or at any of these. */
export function spawnShip(battle: Battle, team: Team, place?: number): Ship {
  const { config, random, round } = battle
  const { x, y, angle } = lineUp(config, random, team, place ?? random.nextInt() % config.shipsPerTeam)
  const ship: Ship = {
    id: `${team}-${round}-${++battle.shipsSpawned}`,
    team,
    bornTick: battle.tick,
    pace: random.between(botPace.min, botPace.max),
    side: random.next() < 0.5 ? -1 : 1,
    x,
    y,
    angle,
    velocityX: 0,
    velocityY: 0,
    previousX: x,
    previousY: y,
    previousAngle: angle,
    health: config.shipMaxHealth,
    hitTick: -1,
    gunReadyTick: battle.tick,
    thinkTick: battle.tick,
    target: undefined,
    controls: { turn: 0, thrust: 0, fire: false },
  }
  battle.ships.push(ship)
  battle.alive[team]++
  battle.report?.('ship_spawned', { shipId: ship.id, team, x: roundPlace(x), y: roundPlace(y) })
  return ship
}

/** Ranks and files on either side of the field, each ship a little out of line. */
function lineUp(config: BattleConfig, random: Random, team: Team, place: number) {
  // The fleets face each other along the longer side, so that a phone held upright works too.
  const isWide = config.canvasWidth >= config.canvasHeight
  const length = isWide ? config.canvasWidth : config.canvasHeight
  const breadth = isWide ? config.canvasHeight : config.canvasWidth
  const files = Math.max(5, Math.ceil(Math.sqrt(config.shipsPerTeam)))
  const ranks = Math.ceil(config.shipsPerTeam / files)
  const rankGap = Math.min(46, (length * 0.35) / ranks)
  const fileGap = breadth / files
  const stray = Math.min(30, fileGap * 0.3)
  const depth = 70 + Math.floor(place / files) * rankGap + random.between(-12, 12)
  const along = team === 'red' ? depth : length - depth
  const across = fileGap * ((place % files) + 0.5) + random.between(-stray, stray)
  const facing = isWide ? 0 : pi / 2
  return {
    x: isWide ? along : across,
    y: isWide ? across : along,
    angle: team === 'red' ? facing : facing - pi,
  }
}

/** Ends the round where a fleet is gone or time is up. */
export function judgeRound(battle: Battle): void {
  const { red, blue } = battle.alive
  if (battle.phase.status !== 'fighting' || (red > 0 && blue > 0 && battle.tick < limitTicks)) return
  const winner = red === blue ? 'draw' : red > blue ? 'red' : enemyOf('red')
  battle.phase = { status: 'over', winner, nextRoundTick: battle.tick + pauseTicks }
  battle.report?.('round_ended', { round: battle.round, winner, red, blue, ticks: battle.tick })
}
