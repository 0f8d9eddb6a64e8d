/** Makes slices and stores for tests. */

import type { EventBus } from './event-bus.ts'
import { RecordMap } from './records/record-map.ts'
import { defineSlice } from './slice.ts'
import { WorldStateStore } from './store/world-state-store.ts'

export interface Ship {
  readonly health: number
  readonly tags: readonly string[]
}

export interface FleetState {
  readonly ships: RecordMap<Ship>
  readonly lost: number
  readonly note: unknown
}

/** Ships by id. `fleet:boom` has a reducer that throws half-way. */
export const fleetSlice = defineSlice({
  name: 'fleet',
  version: 2,
  initial: { ships: RecordMap.empty(), lost: 0, note: null } as FleetState,
  on: {
    'ship:set': (state, { id, health, tags = [] }: { id: string; health: number; tags?: string[] }) => ({
      ...state,
      ships: state.ships.set(id, { health, tags }),
    }),
    'ship:lost': (state, { id }: { id: string }) => ({ ...state, ships: state.ships.delete(id), lost: state.lost + 1 }),
    'fleet:note': (state, { note }: { note: unknown }) => ({ ...state, note }),
    'fleet:boom': (): FleetState => {
      throw new Error('boom')
    },
    'fleet:nothing': () => undefined as unknown as FleetState,
    'fleet:idle': (state) => state,
  },
  select: {
    ship: (state, id: string) => state.ships.get(id),
    count: (state) => state.ships.size,
  },
  inspect: { fleet: ({ ships, lost }) => ({ ships: ships.keys(), lost }) },
  tables: {
    ships: { columns: ['id', 'health'], rows: ({ ships }) => Array.from(ships, ([id, { health }]) => [id, health]) },
  },
  migrations: {
    // Version 1 kept ships in a plain object, and did not count losses.
    1: (state) => {
      const { ships } = state as { ships: Record<string, Ship> }
      return { ships: RecordMap.from(Object.entries(ships)), lost: 0, note: null }
    },
  },
})

export const scoreSlice = defineSlice({
  name: 'score',
  version: 1,
  initial: { points: 0, last: null as string | null },
  on: {
    'ship:lost': (state, { id }: { id: string }) => ({ points: state.points + 1, last: id }),
    'score:reset': (state) => ({ ...state, points: 0 }),
  },
  select: { points: ({ points }) => points },
  inspect: { score: (state) => state },
})

export interface FleetStoreOptions {
  readonly eventBus?: EventBus
  readonly historyLimit?: number
  readonly nestedLimit?: number
}

/** At the time 1000, and silent in the console. */
export function aStore(
  options: FleetStoreOptions = {},
): WorldStateStore<readonly [typeof fleetSlice, typeof scoreSlice]> {
  return new WorldStateStore({ slices: [fleetSlice, scoreSlice], clock: () => 1000, onError: () => {}, ...options })
}

export const setShip = (id: string, health = 30): ['ship:set', { id: string; health: number }] => [
  'ship:set',
  { id, health },
]
