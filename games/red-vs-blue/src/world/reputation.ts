/** Computes how a kill travels: the faction that was hurt, its enemies, and the cascade through those who stand with either. */

import { type Faction, type FactionId, factionById } from './factions.ts'
import { attitudeAt, fameToRise, infamyToFall, isWorse, type Standing, scoreOf, unknown } from './standing.ts'
import type { WorldEvent } from './world-events.ts'

/** Infamy for a ship that the player has destroyed. */
const infamyOfKill = 18

/** Fame for it among the enemies of those who lost it. */
const fameOfKill = 8

interface Ledger {
  of(id: FactionId): Standing
  /** Writes the change down; tells of a new attitude if there is one. */
  change(faction: Faction, change: Change): void
}

interface Change {
  readonly fame?: number
  readonly infamy?: number
  readonly reason: string
  /** Whose change has caused this one: then it is a cascade. */
  readonly source?: Faction
}

/** What follows when the player destroys a ship of a faction, in order. */
export function afterKill(victim: Faction, standingOf: (id: FactionId) => Standing): WorldEvent[] {
  return write(standingOf, (ledger) => {
    const before = ledger.of(victim.id).attitude
    ledger.change(victim, { infamy: infamyOfKill, reason: `You destroyed a ship of the ${victim.name}` })
    for (const id of victim.enemies) {
      ledger.change(factionById(id), { fame: fameOfKill, reason: `The ${victim.name} lost a ship to you` })
    }
    if (isWorse(ledger.of(victim.id).attitude, before)) cascade(ledger, victim)
  })
}

/** One step from the source and no further: friends of friends make up their own minds. */
function cascade(ledger: Ledger, source: Faction): void {
  for (const id of source.allies) {
    const infamy = infamyToFall(ledger.of(id))
    if (infamy > 0) ledger.change(factionById(id), { infamy, reason: `Stands with the ${source.name}`, source })
  }
  for (const id of source.enemies) {
    const fame = fameToRise(ledger.of(id))
    if (fame > 0) ledger.change(factionById(id), { fame, reason: `At odds with the ${source.name}`, source })
  }
}

/** Wipes the slate, then says what each faction thought of the player before. */
export function openingStandings(factions: readonly Faction[], missionId: string): WorldEvent[] {
  const reset: WorldEvent = {
    name: 'faction:reputation_reset',
    payload: { reason: 'mission_start', initiatedBy: missionId },
  }
  const known = write(
    () => unknown,
    (ledger) => {
      for (const faction of factions) ledger.change(faction, { ...faction.opening, reason: 'Known from before' })
    },
  )
  return [reset, ...known]
}

function write(standingOf: (id: FactionId) => Standing, work: (ledger: Ledger) => void): WorldEvent[] {
  const changed = new Map<FactionId, Standing>()
  const events: WorldEvent[] = []
  const of = (id: FactionId): Standing => changed.get(id) ?? standingOf(id)

  function change(faction: Faction, { fame = 0, infamy = 0, reason, source }: Change): void {
    const { id: factionId, name: factionName } = faction
    const before = of(factionId)
    const sums = { fame: before.fame + fame, infamy: before.infamy + infamy }
    const after = { ...sums, attitude: attitudeAt(scoreOf(sums)) }
    changed.set(factionId, after)
    events.push({
      name: 'faction:reputation_changed',
      payload: {
        factionId,
        factionName,
        deltaFame: fame,
        deltaInfamy: infamy,
        newFame: after.fame,
        newInfamy: after.infamy,
        reason,
      },
    })
    if (after.attitude === before.attitude) return
    events.push({
      name: 'faction:attitude_changed',
      payload: {
        factionId,
        factionName,
        oldAttitude: before.attitude,
        newAttitude: after.attitude,
        cascade: source !== undefined,
        ...(source && { sourceFactionId: source.id, sourceFactionName: source.name }),
      },
    })
  }

  work({ of, change })
  return events
}
