/** Declares who flies out there: the factions behind the two colours, what they are like, and who stands with whom. */

import type { Team } from '../engine/battle.ts'

export type FactionId = 'azure-league' | 'tide-wardens' | 'glass-choir' | 'ember-pact' | 'rust-corsairs'

export interface Faction {
  readonly id: FactionId
  readonly name: string
  readonly team: Team
  /** A sentence for the standings panel. */
  readonly character: string
  /** They follow suit when this faction turns on the player. */
  readonly allies: readonly FactionId[]
  /** They are pleased when it is hurt. */
  readonly enemies: readonly FactionId[]
  /** What the faction thinks of the player before a mission begins. */
  readonly opening: { readonly fame: number; readonly infamy: number }
}

/** The player's own side. */
export const homeTeam: Team = 'red'

const byId: Readonly<Record<FactionId, Faction>> = {
  'azure-league': {
    id: 'azure-league',
    name: 'Azure League',
    team: 'blue',
    character: 'The old navy of the inner worlds: signs every treaty, forgets no wreck.',
    allies: ['tide-wardens', 'glass-choir'],
    enemies: ['ember-pact', 'rust-corsairs'],
    opening: { fame: 4, infamy: 4 },
  },
  'tide-wardens': {
    id: 'tide-wardens',
    name: 'Tide Wardens',
    team: 'blue',
    character: 'Convoy guards who owe the League their docks, and pay in guns.',
    allies: ['azure-league', 'glass-choir'],
    enemies: ['rust-corsairs'],
    opening: { fame: 5, infamy: 2 },
  },
  'glass-choir': {
    id: 'glass-choir',
    name: 'Glass Choir',
    team: 'blue',
    character: 'Pilgrims in close formation. They fight for whoever guards their way.',
    allies: ['tide-wardens'],
    enemies: [],
    opening: { fame: 3, infamy: 0 },
  },
  'ember-pact': {
    id: 'ember-pact',
    name: 'Ember Pact',
    team: 'red',
    character: 'Your own people: miners, smugglers and stubborn families.',
    allies: ['rust-corsairs'],
    enemies: ['azure-league'],
    opening: { fame: 30, infamy: 0 },
  },
  'rust-corsairs': {
    id: 'rust-corsairs',
    name: 'Rust Corsairs',
    team: 'red',
    character: 'Privateers. They never liked you, but they drink to every League wreck.',
    allies: ['ember-pact'],
    enemies: ['azure-league', 'tide-wardens'],
    opening: { fame: 0, infamy: 10 },
  },
}

export const factions: readonly Faction[] = Object.values(byId)

export const isFactionId = (id: string): id is FactionId => Object.hasOwn(byId, id)

export const factionById = (id: FactionId): Faction => byId[id]

/** The files of a fleet's line-up from one flank to the other: so a faction's ships begin side by side. */
const lineUps: Readonly<Record<Team, readonly FactionId[]>> = {
  red: ['ember-pact', 'ember-pact', 'rust-corsairs', 'rust-corsairs', 'ember-pact'],
  blue: ['azure-league', 'azure-league', 'azure-league', 'tide-wardens', 'glass-choir'],
}

export interface Roster {
  /** The faction of a ship, dead or alive. */
  factionOf(shipId: string): Faction
  /** For ships that a faction has sent: the others belong where their number puts them. */
  enlist(shipId: string, faction: FactionId): void
}

/** Read off the ships' numbers, so that the battle never rolls a die for it. */
export function createRoster(): Roster {
  const enlisted = new Map<string, FactionId>()
  return {
    factionOf(shipId) {
      const [team, , number] = shipId.split('-')
      const line = lineUps[team === 'red' ? 'red' : 'blue']
      // The fleets are spawned in turns: red 1, blue 2, red 3 …
      const place = Math.floor((Number(number) - 1) / 2) % line.length
      return factionById(enlisted.get(shipId) ?? line[place] ?? 'ember-pact')
    },
    enlist: (shipId, faction) => void enlisted.set(shipId, faction),
  }
}
