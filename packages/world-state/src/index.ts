/** Exports world state for web games: events in, slices of state, snapshots, saves and the inspector out. */

export type { PageTools } from './environment.ts'
export { WorldStateError, type WorldStateErrorCode } from './errors.ts'
export { EventBus, type EventBusOptions, type EventPattern } from './event-bus.ts'
export { type ExposedExport, exposeInspector, type InspectorExporter } from './expose-inspector.ts'
export type { WorldBus } from './guarded-bus.ts'
export type {
  ArtifactAdapter,
  ExportNotice,
  ExportOutcome,
  InspectionSources,
  InspectorExportRequest,
  InspectorExportResult,
  TelemetryExportEvents,
} from './inspector.ts'
export type { Json } from './json.ts'
export { RecordMap } from './records/record-map.ts'
export {
  type Failure,
  type LoadFailureCode,
  type LoadResult,
  type SaveFailureCode,
  type SaveHead,
  SaveManager,
  type SaveManagerOptions,
  type SaveOptions,
  type SaveResult,
  saveDefaults,
} from './save-manager.ts'
export type { SliceEvents, WorldState } from './slice.ts'
export {
  type AnySlice,
  defineSlice,
  type ReducerEvents,
  type Reducers,
  type Selectors,
  type Slice,
  type SliceDefinition,
  type Stamped,
  type TableDefinition,
  type Warn,
  type WhenMissing,
} from './slice.ts'
export type { DeadlineOptions } from './storage/deadline.ts'
export {
  createIndexedDbStorage,
  type IndexedDbStorageOptions,
  indexedDbStorageDefaults,
} from './storage/indexed-db-storage.ts'
export { createLocalStorage, type LocalStorageOptions, localStorageDefaults } from './storage/local-storage.ts'
export { createMemoryStorage } from './storage/memory-storage.ts'
export type { MayReplace, StoragePort } from './storage/storage-port.ts'
export type { HydrateFailure, HydrateFailureCode, HydrateResult } from './store/load-snapshot.ts'
export type { SectionFault } from './store/sections.ts'
export type { SliceSnapshot, WorldSnapshot } from './store/snapshot.ts'
export { type WorldStateStoreOptions, worldStateDefaults } from './store/store-options.ts'
export type {
  PastAction,
  WorldStateEvents,
  WorldStateFault,
  WorldStateFaultCode,
  WorldStateUpdate,
} from './store/world-events.ts'
export { WorldStateStore } from './store/world-state-store.ts'
