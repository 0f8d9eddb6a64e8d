/** Counts what the player does, from the battle's events and from who is at the helm. */

import type { Engine } from '../engine/engine.ts'
import type { BattleEvent } from '../engine/events.ts'
import type { FactionId, Roster } from './factions.ts'
import type { Standing } from './standing.ts'

export interface PlayerStats {
  /** Whether a ship is in the player's hands. */
  readonly flying: boolean
  readonly taken: number
  readonly lost: number
  /** Handed back to its bot. */
  readonly released: number
  /** Changes of the controls that turn, and that thrust. */
  readonly turns: number
  readonly thrusts: number
  readonly shots: number
  readonly hits: number
  readonly kills: number
  readonly killsOf: Readonly<Partial<Record<FactionId, number>>>
  /** Looks at the standings. */
  readonly standingsRead: number
  /** Ticks with a ship in hand. */
  readonly ticksFlown: number
}

export const noStats: PlayerStats = {
  flying: false,
  taken: 0,
  lost: 0,
  released: 0,
  turns: 0,
  thrusts: 0,
  shots: 0,
  hits: 0,
  kills: 0,
  killsOf: {},
  standingsRead: 0,
  ticksFlown: 0,
}

/** What the rules of a mission are asked about: the mission as it stands after a tick. */
export interface Moment {
  /** Ticks since the mission began. */
  readonly tick: number
  readonly stats: PlayerStats
  readonly standingOf: (id: FactionId) => Standing
}

/** A ship that is gone, and whether it was the player who shot it. */
export interface Loss {
  readonly shipId: string
  readonly byPlayer: boolean
}

export interface PlayerTracker {
  readonly stats: PlayerStats
  /** Counts what has happened since the last call, and returns the ships lost meanwhile. Call it after each tick. */
  collect(): readonly Loss[]
  /** The player has looked at the standings. */
  noteStandingsRead(): void
  /** Stops listening. */
  close(): void
}

export function trackPlayer(engine: Engine, roster: Roster): PlayerTracker {
  let stats = noStats
  /** The ship whose bullets count as the player's: also those that outlive it. */
  let hand: string | undefined
  // Kept until the tick is over: what follows from an event, such as reinforcements, must not meddle with the tick.
  let happened: BattleEvent[] = []
  const close = engine.on('event', (event) => happened.push(event))

  const add = (
    name: keyof { [Key in keyof PlayerStats as PlayerStats[Key] extends number ? Key : never]: true },
    by = 1,
  ): void => {
    stats = { ...stats, [name]: stats[name] + by }
  }

  /** Whoever flew at the start of the tick has fired in it. */
  function lookWhoFlies(): void {
    const { pilotedId, ships } = engine.battle
    if (pilotedId !== undefined && pilotedId !== hand) {
      hand = pilotedId
      add('taken')
    }
    if (pilotedId === undefined && ships.some(({ id }) => id === hand)) {
      hand = undefined
      add('released')
    }
    if (stats.flying !== (pilotedId !== undefined)) stats = { ...stats, flying: pilotedId !== undefined }
    if (pilotedId !== undefined) add('ticksFlown')
  }

  function count({ type, data }: BattleEvent): Loss | undefined {
    switch (type) {
      case 'player_input':
        if (data.turn !== 0) add('turns')
        if (data.thrust > 0) add('thrusts')
        return undefined
      case 'bullet_fired':
        if (data.shipId === hand) add('shots')
        return undefined
      case 'bullet_hit':
        if (data.ownerId === hand) add('hits')
        return undefined
      case 'ship_destroyed': {
        const { shipId, killerId } = data
        const byPlayer = killerId === hand
        if (shipId === hand) add('lost')
        if (byPlayer) addKill(roster.factionOf(shipId).id)
        return { shipId, byPlayer }
      }
      default:
        return undefined
    }
  }

  function addKill(faction: FactionId): void {
    const { kills, killsOf } = stats
    stats = { ...stats, kills: kills + 1, killsOf: { ...killsOf, [faction]: (killsOf[faction] ?? 0) + 1 } }
  }

  return {
    get stats() {
      return stats
    },
    collect() {
      lookWhoFlies()
      const events = happened
      happened = []
      return events.map(count).filter((loss) => loss !== undefined)
    },
    noteStandingsRead: () => add('standingsRead'),
    close,
  }
}
