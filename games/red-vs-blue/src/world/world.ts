/** Puts the world of the game together: its bus, the store that listens to it, and the save manager that looks at it. */

import type { GameIdentity } from '@downlink/artifacts'
import { EventBus, SaveManager, type StoragePort, WorldStateStore } from '@downlink/world-state'
import { createFactionSlice, createMissionSlice, createTutorialSlice } from '@downlink/world-state/slices'
import type { FactionId } from './factions.ts'
import { attitudeNamed, type Standing, unknown } from './standing.ts'
import type { WorldEvents } from './world-events.ts'

export interface WorldOptions {
  readonly game: () => GameIdentity
  /** What the host adds to the inspector summary, by section. */
  readonly sections: Readonly<Record<string, () => unknown>>
  /** The run's telemetry events, for an export. */
  readonly events: () => Iterable<unknown>
  /** Where saves are kept. @default nowhere */
  readonly storage?: StoragePort
  /** Milliseconds since 1970. */
  readonly clock: () => number
}

export interface World {
  readonly eventBus: EventBus<WorldEvents>
  readonly store: WorldStore
  readonly saveManager: SaveManager
  standingOf(id: FactionId): Standing
}

export type WorldStore = ReturnType<typeof createStore>

export function createWorld({ game, sections, events, storage, clock }: WorldOptions): World {
  const eventBus = new EventBus<WorldEvents>()
  const store = createStore(eventBus, clock)
  const saveManager = new SaveManager({ store, eventBus, game, sections, events, clock, ...(storage && { storage }) })
  return {
    eventBus,
    store,
    saveManager,
    standingOf(id) {
      const faction = store.select('faction', 'faction', id)
      if (!faction) return unknown
      const { fame, infamy } = faction
      return { fame, infamy, attitude: attitudeNamed(faction.attitude) }
    },
  }
}

const createStore = (eventBus: EventBus<WorldEvents>, clock: () => number) =>
  new WorldStateStore({
    slices: [createFactionSlice(), createTutorialSlice(), createMissionSlice()],
    eventBus,
    clock,
  })
