/** Declares the state of a battle. Only the engine writes it; everybody else sees it as a `BattleView`. */

import type { BattleConfig } from './config.ts'
import type { BattleEvent, BattleEvents } from './events.ts'
import type { Random } from './random.ts'
import type { SpatialHash } from './spatial-hash.ts'

export type Team = 'red' | 'blue'

export const enemyOf = (team: Team): Team => (team === 'red' ? 'blue' : 'red')

/** What a ship's helm is told for one tick, by a bot or by the player. */
export interface Controls {
  /** −1 is hard to the left, 1 hard to the right. */
  turn: number
  /** 0 to 1. */
  thrust: number
  fire: boolean
}

/** Positions are in pixels, speeds in pixels a tick, angles in radians clockwise from the positive x axis. */
export interface Ship {
  /** `red-2-14`: team, round, number within the round. */
  readonly id: string
  readonly team: Team
  readonly bornTick: number
  /** The share of `shipSpeed` that this ship's engine reaches. */
  readonly pace: number
  /** −1 or 1: the side to which it swerves just now. */
  side: number
  x: number
  y: number
  angle: number
  velocityX: number
  velocityY: number
  /** Where it was a tick ago, so that drawing can go between the two. */
  previousX: number
  previousY: number
  previousAngle: number
  health: number
  /** The tick of its last hit; −1 before the first. */
  hitTick: number
  /** The first tick at which its gun is ready again. */
  gunReadyTick: number
  /** When it looks for a new target. */
  thinkTick: number
  target: Ship | undefined
  readonly controls: Controls
}

export interface Bullet {
  /** `bullet-2-118`: round, number within the round. */
  readonly id: string
  readonly ownerId: string
  readonly team: Team
  readonly velocityX: number
  readonly velocityY: number
  readonly expiresTick: number
  x: number
  y: number
  previousX: number
  previousY: number
}

/** Whether there is fighting. Ticks in these states count within the round. */
export type Phase =
  | { readonly status: 'waiting' }
  | { readonly status: 'fighting' }
  | { readonly status: 'over'; readonly winner: Team | 'draw'; readonly nextRoundTick: number }

/** Tells those who listen. */
export type Report = <Type extends BattleEvent['type']>(type: Type, data: BattleEvents[Type]) => void

export interface Battle {
  readonly config: Required<BattleConfig>
  readonly random: Random
  readonly nearby: SpatialHash<Ship>
  readonly round: number
  readonly seed: number
  /** Ticks since the round began. */
  tick: number
  phase: Phase
  /** Alive, in the order in which they were spawned. */
  ships: Ship[]
  bullets: Bullet[]
  readonly alive: Record<Team, number>
  shipsSpawned: number
  bulletsFired: number
  /** The ship in the player's hands. */
  pilotedId: string | undefined
  /**
   * Called as `battle.report?.(type, data)`: while nobody listens it is undefined, and then JavaScript does not even
   * build the payload.
   */
  report: Report | undefined
}

/** A battle as everyone but the engine sees it. */
export type BattleView = ReadonlyDeep<
  Pick<Battle, 'config' | 'round' | 'seed' | 'tick' | 'phase' | 'ships' | 'bullets' | 'alive' | 'pilotedId'>
>
export type ShipView = BattleView['ships'][number]
export type BulletView = BattleView['bullets'][number]

type ReadonlyDeep<T> = T extends object ? { readonly [Key in keyof T]: ReadonlyDeep<T[Key]> } : T

/** Squared, since most who ask only compare. */
export function squaredDistance(a: Readonly<Ship>, b: Readonly<Ship>): number {
  const dx = a.x - b.x
  const dy = a.y - b.y
  return dx * dx + dy * dy
}

/** Hundredths of a pixel are plenty to draw or to study, and halve an event's bytes on the wire. */
export const roundPlace = (value: number): number => Math.floor(value * 100 + 0.5) / 100

/** Ten-thousandths of a radian, for the same reason. */
export const roundAngle = (value: number): number => Math.floor(value * 10_000 + 0.5) / 10_000
