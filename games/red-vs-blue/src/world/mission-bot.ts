/** Plays a mission by rules: the bot sees what a player sees and uses what a player has, the helm and the inspector. */

import { type BattleView, type ShipView, squaredDistance } from '../engine/battle.ts'
import { createRandom } from '../engine/random.ts'
import { atan2, wrapAngle } from '../engine/trigonometry.ts'
import { type FactionId, homeTeam, type Roster } from './factions.ts'
import type { Lesson } from './guide.ts'

/** What a player can do. */
export interface PlayerActions {
  takeOver(shipId: string): void
  steer(controls: ShipView['controls']): void
  release(): void
  readStandings(): void
}

export interface MissionBot {
  /** Acts for one tick. Call it before the tick is played. */
  act(battle: BattleView, lesson: Lesson | undefined): void
}

export interface MissionBotOptions {
  readonly seed: number
  readonly quarry: FactionId
  readonly roster: Roster
  readonly actions: PlayerActions
}

/** Ticks that it takes to react; the first prompt it reads to the end. */
const reaction = { min: 24, max: 60 }
const firstReaction = { min: 250, max: 300 }

// Distances in pixels, angles in radians.
const fireWithin = 0.3
const fireRange = 330
const swerveWithin = 70
/** How much nearer a ship of the quarry seems than another. */
const appetite = 4
/** The rudder moves in steps, or each tick would be a change of the controls. */
const turnSteps = 4

export function createMissionBot({ seed, quarry, roster, actions }: MissionBotOptions): MissionBot {
  // Its own dice: the battle's are the battle's.
  const random = createRandom(seed ^ 0x5eed)
  let waitTicks = Math.floor(random.between(firstReaction.min, firstReaction.max))
  let lessonId: string | undefined

  const reactionTicks = (): number => Math.floor(random.between(reaction.min, reaction.max))

  /** True once it has waited as long as a hand takes; then the next wait begins. */
  function hasReacted(): boolean {
    if (waitTicks-- > 0) return false
    waitTicks = reactionTicks()
    return true
  }

  function fly(battle: BattleView, ship: ShipView, mayFire: boolean): void {
    const prey = choosePrey(battle, ship, quarry, roster)
    if (!prey) {
      actions.steer({ turn: 0, thrust: 0, fire: false })
      return
    }
    const distance = Math.sqrt(squaredDistance(ship, prey)) + 1
    const lead = distance / battle.config.bulletSpeed
    const toX = prey.x + prey.velocityX * lead - ship.x
    const toY = prey.y + prey.velocityY * lead - ship.y
    const error = wrapAngle(atan2(toY, toX) - ship.angle)
    actions.steer({
      turn: Math.round(Math.max(-1, Math.min(1, error * 3)) * turnSteps) / turnSteps,
      thrust: distance < swerveWithin ? 0 : 1,
      fire: mayFire && Math.abs(error) < fireWithin && distance < fireRange,
    })
  }

  /** A good pupil does what the lesson is about, and nothing ahead of it. */
  function followLesson(battle: BattleView, ship: ShipView, id: string | undefined): void {
    switch (id) {
      case 'steer':
        if (waitTicks-- <= 0) fly(battle, ship, false)
        return
      case 'fire':
        fly(battle, ship, waitTicks-- <= 0)
        return
      case 'standings':
        if (hasReacted()) actions.readStandings()
        fly(battle, ship, true)
        return
      case 'let-go':
        if (hasReacted()) actions.release()
        return
      default:
        fly(battle, ship, true)
    }
  }

  return {
    act(battle, lesson) {
      if (lesson && lesson.id !== lessonId) {
        // The first prompt has its own time.
        if (lessonId !== undefined) waitTicks = reactionTicks()
        lessonId = lesson.id
      }
      const ship = battle.ships.find(({ id }) => id === battle.pilotedId)
      if (ship) return followLesson(battle, ship, lesson?.id)
      if (battle.phase.status !== 'fighting' || !hasReacted()) return
      const chosen = chooseShip(battle, quarry, roster)
      if (chosen) actions.takeOver(chosen.id)
    },
  }
}

/** The healthiest of the own ships; of several the one nearest to a quarry. */
function chooseShip(battle: BattleView, quarry: FactionId, roster: Roster): ShipView | undefined {
  let best: ShipView | undefined
  let bestWorth = Number.NEGATIVE_INFINITY
  for (const ship of battle.ships) {
    if (ship.team !== homeTeam) continue
    const prey = choosePrey(battle, ship, quarry, roster)
    const worth = ship.health * 20 - (prey ? Math.sqrt(squaredDistance(ship, prey)) : 0)
    if (worth <= bestWorth) continue
    best = ship
    bestWorth = worth
  }
  return best
}

/** The nearest enemy, with a taste for the quarry and for wounded ships. */
function choosePrey(
  { ships, config }: BattleView,
  ship: ShipView,
  quarry: FactionId,
  roster: Roster,
): ShipView | undefined {
  let best: ShipView | undefined
  let nearest = Number.POSITIVE_INFINITY
  for (const other of ships) {
    if (other.team === homeTeam) continue
    const taste = roster.factionOf(other.id).id === quarry ? appetite : 1
    const seen = (squaredDistance(ship, other) / taste) * (0.3 + other.health / config.shipMaxHealth)
    if (seen >= nearest) continue
    best = other
    nearest = seen
  }
  return best
}
