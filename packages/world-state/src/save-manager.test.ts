import { expect, it } from 'vitest'
import { EventBus } from './event-bus.ts'
import { SaveManager } from './save-manager.ts'
import { createFactionSlice } from './slices/faction.ts'
import type { FactionEvents } from './slices/faction-events.ts'
import { createMissionSlice } from './slices/mission.ts'
import { createTutorialSlice } from './slices/tutorial.ts'
import type { WorldStateEvents } from './store/world-events.ts'
import { WorldStateStore } from './store/world-state-store.ts'

it('takes what the bus emits all the way to a summary', () => {
  const eventBus = new EventBus<FactionEvents & WorldStateEvents>()
  const store = new WorldStateStore({
    slices: [createFactionSlice(), createTutorialSlice(), createMissionSlice()],
    eventBus,
    clock: () => 5,
  })
  store.connect()
  eventBus.emit('faction:attitude_changed', {
    factionId: 'blue',
    factionName: 'Blue',
    oldAttitude: 'neutral',
    newAttitude: 'hostile',
    cascade: true,
    sourceFactionId: 'red',
    sourceFactionName: 'Red',
  })
  store.dispatch('mission:registered', { missionId: 'm', title: 'M', objectives: [{ objectiveId: 'o' }] })
  const saves = new SaveManager({ store, game: { name: 'g', version: '1', seed: 7, missionId: 'm' }, clock: () => 0 })
  expect(saves.getInspectorSummary()).toMatchObject({
    source: 'worldStateStore',
    factions: { cascadeTargets: [{ factionId: 'blue', sources: ['red'], lastCascade: { timestamp: 5 } }] },
    missions: { missions: [{ missionId: 'm' }] },
  })
  expect(store.select('faction', 'faction', 'blue')?.attitude).toBe('hostile')
  const text = JSON.stringify(store.snapshot())
  const other = new WorldStateStore({ slices: [createFactionSlice(), createTutorialSlice(), createMissionSlice()] })
  expect(other.hydrate(JSON.parse(text))).toEqual({ ok: true })
  expect(JSON.stringify(other.snapshot())).toBe(text)
})
