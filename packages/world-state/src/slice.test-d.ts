import { expectTypeOf, it } from 'vitest'
import { EventBus } from './event-bus.ts'
import type { TelemetryExportEvents } from './inspector.ts'
import { SaveManager } from './save-manager.ts'
import { defineSlice } from './slice.ts'
import { createFactionSlice, type FactionSlice } from './slices/faction.ts'
import type { Faction, FactionEvents, FactionState } from './slices/faction-shape.ts'
import { createMissionSlice } from './slices/mission.ts'
import type { WorldStateEvents } from './store/world-events.ts'
import { WorldStateStore } from './store/world-state-store.ts'

const score = defineSlice({
  name: 'score',
  version: 1,
  initial: { points: 0 },
  on: {
    'ship:lost': (state, { worth, timestamp }: { worth: number; timestamp: number }) => ({
      points: state.points + worth + timestamp,
    }),
    'score:reset': (state) => ({ ...state, points: 0 }),
  },
  select: { above: (state, least: number) => state.points > least },
})

it('binds an event to its payload, whose time may be left out', () => {
  const store = new WorldStateStore({ slices: [score, createFactionSlice()] })
  store.dispatch('ship:lost', { worth: 1 })
  store.dispatch('ship:lost', { worth: 1, timestamp: 5 })
  store.dispatch('faction:reputation_reset', { reason: 'test', initiatedBy: 'test' })
  // @ts-expect-error a payload of another kind
  store.dispatch('ship:lost', { worth: 'much' })
  // @ts-expect-error an event that no slice knows
  store.dispatch('ship:found', {})
})

it('binds a selector to its arguments and result, and a state to its slice', () => {
  const store = new WorldStateStore({ slices: [score, createFactionSlice()] })
  expectTypeOf(store.select('score', 'above', 3)).toEqualTypeOf<boolean>()
  expectTypeOf(store.select('faction', 'faction', 'red')).toEqualTypeOf<Faction | undefined>()
  expectTypeOf(store.getState().faction).toEqualTypeOf<FactionState>()
  // @ts-expect-error no such selector
  store.select('score', 'below', 3)
  // @ts-expect-error an argument is missing
  store.select('score', 'above')
})

it('takes a bus with whatever events', () => {
  const eventBus = new EventBus<FactionEvents & WorldStateEvents & TelemetryExportEvents>()
  const store = new WorldStateStore({ slices: [createFactionSlice(), createMissionSlice()], eventBus })
  new SaveManager({ store, eventBus, game: { name: 'x', version: '1', seed: null, missionId: null } })
  expectTypeOf(createFactionSlice()).toEqualTypeOf<FactionSlice>()
  // @ts-expect-error the name binds the payload
  eventBus.emit('faction:reputation_reset', { reason: 5 })
})
