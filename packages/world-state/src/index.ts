/** World state for web games: events in, slices of state, snapshots, saves and the inspector out. */

export { WorldStateError, type WorldStateErrorCode } from './errors.ts'
export { EventBus, type EventBusOptions, type EventPattern } from './event-bus.ts'
export type { Json } from './json.ts'
export { RecordMap } from './records/record-map.ts'
export { SaveManager, type SaveManagerOptions } from './save-manager.ts'
export {
  type AnySlice,
  defineSlice,
  type Reducer,
  type Reducers,
  type Selectors,
  type Slice,
  type SliceDefinition,
  type Stamped,
  type TableDefinition,
} from './slice.ts'
export type { HydrateFailure, HydrateFailureCode, HydrateResult } from './store/hydration.ts'
export type { SectionFault } from './store/sections.ts'
export type { SliceEvents, WorldState } from './store/slice-types.ts'
export type { SliceSnapshot, WorldSnapshot } from './store/snapshot.ts'
export { type WorldBus, type WorldStateStoreOptions, worldStateDefaults } from './store/store-options.ts'
export type {
  PastAction,
  WorldStateEvents,
  WorldStateFault,
  WorldStateFaultCode,
  WorldStateUpdate,
} from './store/world-events.ts'
export { WorldStateStore } from './store/world-state-store.ts'
