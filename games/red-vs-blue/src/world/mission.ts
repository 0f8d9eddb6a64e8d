/** Runs a mission: the battle that it is flown in, and the rules that watch it. */

import type { Engine } from '../engine/engine.ts'
import { createRoster, type FactionId, factions, homeTeam, type Roster } from './factions.ts'
import { createGuide } from './guide.ts'
import { createLossReport } from './losses.ts'
import { createMissionBot, type MissionBot } from './mission-bot.ts'
import type { MissionDefinition } from './mission-definition.ts'
import { createObjectives } from './objectives.ts'
import { type Moment, trackPlayer } from './player-stats.ts'
import { openingStandings } from './reputation.ts'
import type { Standing } from './standing.ts'
import { type Emit, emitEvent } from './world-events.ts'

export type MissionStatus = 'ready' | 'running' | 'completed' | 'failed'

export interface MissionOptions {
  readonly definition: MissionDefinition
  readonly engine: Engine
  /** Lets a bot with this seed play. @default a player does */
  readonly botSeed?: number
  /** Milliseconds since 1970 at tick 0. */
  readonly now: number
  /** Hears of everything, with the time by the mission's clock in `timestamp`. */
  readonly emit: Emit
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

/** A bot that has not made it by then never will: three minutes at 60 ticks a second. */
const maxTicksByBot = 10_800

export function createMission(options: MissionOptions): Mission {
  const { definition, engine, botSeed, now, standingOf } = options
  const { id: missionId } = definition
  let status: MissionStatus = 'ready'
  let tick = 0
  const timeMs = (): number => now + Math.floor((tick * 1000) / engine.tickHz)
  const emit: Emit = (name, payload) => options.emit(name, { ...payload, timestamp: timeMs() })

  const roster = createRoster()
  const player = trackPlayer(engine, roster)
  const guide = createGuide(definition.lessons, emit)
  const objectives = createObjectives(missionId, definition.objectives, emit)
  const reportLoss = createLossReport(engine, roster, standingOf, timeMs, emit)
  const moment = (): Moment => ({ tick, stats: player.stats, standingOf })

  const takeOver = (shipId?: string): void => takeOverOwnShip(engine, shipId)
  const readStandings = (): void => {
    if (status === 'running') player.noteStandingsRead()
  }
  const bot = botSeed === undefined ? undefined : createBot(botSeed)

  function createBot(seed: number): MissionBot {
    const actions = { takeOver, readStandings, steer: engine.input, release: engine.release }
    return createMissionBot({ seed, quarry: definition.quarry, roster, actions })
  }

  function fail(reason: string): void {
    status = 'failed'
    emit('mission:failed', { missionId, reason })
  }

  function judge(): void {
    const defeat = definition.defeat(moment()) ?? (bot && tick >= maxTicksByBot ? 'The bot ran out of time' : undefined)
    if (objectives.areDone && guide.lesson === undefined) {
      status = 'completed'
      emit('mission:completed', { missionId, rewards: definition.rewards })
    } else if (defeat !== undefined) fail(defeat)
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
      emitOpening(definition, emit)
      guide.begin(moment())
      objectives.update(moment())
    },
    step() {
      if (status !== 'running') return
      bot?.act(engine.battle, guide.lesson)
      tick++
      engine.step()
      for (const loss of player.collect()) reportLoss(loss)
      guide.update(moment())
      objectives.update(moment())
      judge()
    },
    takeOver,
    readStandings,
    skipTutorial() {
      if (status !== 'running' || !guide.skip()) return
      if (definition.endsWhenSkipped) fail('Skipped by the player')
    },
    close: player.close,
  }
}

function takeOverOwnShip(engine: Engine, shipId: string | undefined): void {
  const own = engine.battle.ships.filter(({ team }) => team === homeTeam)
  const healthiest = own.toSorted((one, other) => other.health - one.health)[0]
  const ship = shipId === undefined ? healthiest : own.find(({ id }) => id === shipId)
  if (ship) engine.takeOver(ship.id)
}

/** Says what the mission is about, and how the factions stand. */
function emitOpening({ id: missionId, title, objectives }: MissionDefinition, emit: Emit): void {
  emit('mission:registered', {
    missionId,
    title,
    objectives: objectives.map(({ id: objectiveId, title, target }) => ({ objectiveId, title, target })),
  })
  for (const event of openingStandings(factions, missionId)) emitEvent(emit, event)
  emit('mission:started', { missionId })
}
