/** A mission under way: the battle that it is flown in, and the rules that watch it. */

import type { Engine } from '../engine/engine.ts'
import { type Loss, watchDeeds } from './deeds.ts'
import { createRoster, type FactionId, factionById, factions, homeTeam, isFactionId, type Roster } from './factions.ts'
import { createGuide } from './guide.ts'
import { createMissionBot } from './mission-bot.ts'
import type { MissionDefinition } from './mission-definition.ts'
import type { Moment } from './moment.ts'
import { createObjectives } from './objectives.ts'
import { afterKill, openingStandings } from './reputation.ts'
import type { Standing } from './standing.ts'
import type { Tell, WorldEvent, WorldEvents } from './world-events.ts'

export type MissionStatus = 'ready' | 'running' | 'completed' | 'failed'

export interface MissionOptions {
  readonly definition: MissionDefinition
  readonly engine: Engine
  /** Lets a bot with this seed play. @default a player does */
  readonly botSeed?: number
  /** Milliseconds since 1970 at tick 0. */
  readonly now: number
  /** Hears of everything, with the time by the mission's clock in `timestamp`. */
  readonly emit: Tell
  readonly standingOf: (id: FactionId) => Standing
}

export interface Mission {
  readonly definition: MissionDefinition
  readonly status: MissionStatus
  /** Ticks since it began, in whatever round. */
  readonly tick: number
  /** Whole milliseconds since 1970: `now`, and the time that these ticks take. */
  readonly timeMs: number
  readonly isByBot: boolean
  readonly roster: Roster
  /** Opens it on a battle that has begun. */
  begin(): void
  /** Plays one tick; does nothing unless it is running. */
  step(): void
  /** Takes the given ship, or the healthiest: of the player's own side only. */
  takeOver(shipId?: string): void
  /** The player looks at the standings. */
  readStandings(): void
  /** The player leaves the tutorial. */
  skipTutorial(): void
  /** Stops listening to the battle. */
  close(): void
}

/** Ships that a faction sends when it turns hostile, or becomes an ally. */
const shipsSent = 2

/** A bot that has not made it by then never will: three minutes at 60 ticks a second. */
const mostTicksByBot = 10_800

export function createMission({ definition, engine, botSeed, now, emit, standingOf }: MissionOptions): Mission {
  let status: MissionStatus = 'ready'
  let tick = 0
  const timeMs = (): number => now + Math.floor((tick * 1000) / engine.tickHz)
  const tell: Tell = (name, payload) => emit(name, { ...payload, timestamp: timeMs() })

  const roster = createRoster()
  const watch = watchDeeds(engine, roster)
  const guide = createGuide(definition.lessons, tell)
  const objectives = createObjectives(definition.id, definition.objectives, tell)
  const missionId = definition.id

  const bot =
    botSeed === undefined
      ? undefined
      : createMissionBot({
          seed: botSeed,
          quarry: definition.quarry,
          roster,
          hands: { takeOver, readStandings, steer: engine.input, release: engine.release },
        })

  const moment = (): Moment => ({ tick, deeds: watch.deeds, standingOf })

  /** The event's name and payload belong together, but a loop over events can't show it to the compiler. */
  const tellEvent = ({ name, payload }: WorldEvent): void => tell(name, payload as never)

  function takeOver(shipId?: string): void {
    const own = engine.battle.ships.filter(({ team }) => team === homeTeam)
    const healthiest = own.toSorted((one, other) => other.health - one.health)[0]
    const ship = shipId === undefined ? healthiest : own.find(({ id }) => id === shipId)
    if (ship) engine.takeOver(ship.id)
  }

  function readStandings(): void {
    if (status === 'running') watch.noteReading()
  }

  function mourn({ shipId, byPlayer }: Loss): void {
    const faction = roster.factionOf(shipId)
    tell('faction:member_removed', {
      factionId: faction.id,
      factionName: faction.name,
      npcId: `crew-of-${shipId}`,
      entityId: shipId,
      tag: byPlayer ? 'shot_by_player' : 'shot_in_battle',
      removedAt: timeMs(),
    })
    if (!byPlayer) return
    for (const event of afterKill(faction, standingOf)) {
      tellEvent(event)
      if (event.name === 'faction:attitude_changed') sendShips(event.payload)
    }
  }

  /** Words are cheap: who turns hostile or becomes an ally comes along. */
  function sendShips({ factionId, newAttitude }: WorldEvents['faction:attitude_changed']): void {
    if (!isFactionId(factionId)) return
    const faction = factionById(factionId)
    if (newAttitude !== (faction.team === homeTeam ? 'allied' : 'hostile')) return
    for (let sent = 0; sent < shipsSent; sent++) {
      const shipId = engine.spawnShip(faction.team)
      if (shipId) roster.enlist(shipId, factionId)
    }
  }

  function complete(): void {
    status = 'completed'
    tell('mission:completed', { missionId, rewards: definition.rewards })
  }

  function fail(reason: string): void {
    status = 'failed'
    tell('mission:failed', { missionId, reason })
  }

  function judge(): void {
    const defeat =
      definition.defeat(moment()) ?? (bot && tick >= mostTicksByBot ? 'The bot ran out of time' : undefined)
    if (objectives.areDone && guide.lesson === undefined) complete()
    else if (defeat !== undefined) fail(defeat)
  }

  return {
    definition,
    get status() {
      return status
    },
    get tick() {
      return tick
    },
    get timeMs() {
      return timeMs()
    },
    isByBot: bot !== undefined,
    roster,
    begin() {
      if (status !== 'ready') return
      status = 'running'
      tell('mission:registered', {
        missionId,
        title: definition.title,
        objectives: definition.objectives.map(({ id: objectiveId, title, target }) => ({ objectiveId, title, target })),
      })
      for (const event of openingStandings(factions, missionId)) tellEvent(event)
      tell('mission:started', { missionId })
      guide.begin(moment())
      objectives.settle(moment())
    },
    step() {
      if (status !== 'running') return
      bot?.act(engine.battle, guide.lesson)
      tick++
      engine.step()
      for (const loss of watch.settle()) mourn(loss)
      guide.settle(moment())
      objectives.settle(moment())
      judge()
    },
    takeOver,
    readStandings,
    skipTutorial() {
      if (status !== 'running' || !guide.skip()) return
      if (definition.endsWhenSkipped) fail('Skipped by the player')
    },
    close: watch.close,
  }
}
