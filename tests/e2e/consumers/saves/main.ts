/** Keeps the world of a game that does nothing else, in each storage that a page has. */
import {
  createIndexedDbStorage,
  createLocalStorage,
  EventBus,
  exposeInspector,
  SaveManager,
  WorldStateStore,
} from '@downlink/world-state'
import {
  createFactionSlice,
  createMissionSlice,
  createTutorialSlice,
  type FactionEvents,
} from '@downlink/world-state/slices'

const eventBus = new EventBus<FactionEvents>()
const store = new WorldStateStore({
  slices: [createFactionSlice(), createTutorialSlice(), createMissionSlice()],
  eventBus,
})
store.connect()

const game = { name: 'A game that saves', version: '1.0.0', seed: null, missionId: null }
const localSaves = new SaveManager({ store, storage: createLocalStorage(), game })
const databaseSaves = new SaveManager({ store, storage: createIndexedDbStorage(), game })
exposeInspector(localSaves)

const page = { eventBus, store, saves: { localStorage: localSaves, indexedDB: databaseSaves } }

export type SavingGame = typeof page

Object.assign(globalThis, { savingGame: page })
