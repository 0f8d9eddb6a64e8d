/** Reports lost ships to the world, and what follows from them: reputation, the cascade, and ships that factions send. */

import type { Engine } from '../engine/engine.ts'
import { type FactionId, factionById, homeTeam, isFactionId, type Roster } from './factions.ts'
import type { Loss } from './player-stats.ts'
import { afterKill } from './reputation.ts'
import type { Standing } from './standing.ts'
import { type Emit, emitEvent, type WorldEvents } from './world-events.ts'

/** Ships that a faction sends when it turns hostile, or becomes an ally. */
const shipsSent = 2

/**
 * @param timeMs milliseconds since 1970, by the mission's clock
 * @returns how to report a loss
 */
export function createLossReport(
  engine: Engine,
  roster: Roster,
  standingOf: (id: FactionId) => Standing,
  timeMs: () => number,
  emit: Emit,
): (loss: Loss) => void {
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

  return function reportLoss({ shipId, byPlayer }) {
    const faction = roster.factionOf(shipId)
    emit('faction:member_removed', {
      factionId: faction.id,
      factionName: faction.name,
      npcId: `crew-of-${shipId}`,
      entityId: shipId,
      tag: byPlayer ? 'shot_by_player' : 'shot_in_battle',
      removedAt: timeMs(),
    })
    if (!byPlayer) return
    for (const event of afterKill(faction, standingOf)) {
      emitEvent(emit, event)
      if (event.name === 'faction:attitude_changed') sendShips(event.payload)
    }
  }
}
