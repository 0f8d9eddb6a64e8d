/** Inspector artifacts: made from a summary, handed to writers, wherever they run. Files and CI are in `./node`. */

export {
  type AdapterOptions,
  adapterDefaults,
  type LogPort,
  type WriterConfig,
  type WriterFunction,
  type WriterReceipt,
} from './adapter-options.ts'
export type { Artifact, WrittenArtifact } from './artifact.ts'
export { maxNameBytes, nameFault } from './artifact-name.ts'
export {
  createInspectorExportArtifacts,
  type ExportFormat,
  emptyFormats,
  exportDefaults,
  exportFormats,
  type InspectorExport,
  type InspectorExportOptions,
  requireTable,
} from './create-inspector-export-artifacts.ts'
export { formulaStart } from './csv.ts'
export { realTimer, type SetTimer, withTimeout } from './deadline.ts'
export { ArtifactError, type ArtifactErrorCode } from './errors.ts'
export type { EventPort } from './event-port.ts'
export {
  createEventRecorder,
  type EventRecorder,
  type EventRecorderOptions,
  type RecordedEvent,
  recorderDefaults,
} from './event-recorder.ts'
export type { ExportContext } from './export-context.ts'
export type { ExportFailure, ExportMetrics, WriterSummary, WrittenByWriter } from './export-metrics.ts'
export { callGuarded, isThenable } from './guarded-call.ts'
export type { GameIdentity, InspectorSummary } from './inspector-summary.ts'
export {
  type KeptArtifact,
  MemoryTelemetryWriter,
  type MemoryWriterOptions,
  memoryWriterDefaults,
} from './memory-telemetry-writer.ts'
export type {
  ArtifactPublisher,
  CommandReport,
  CommandStatus,
  PublishFailure,
  PublishFailureCode,
  PublishProvider,
  PublishResult,
  PublishStatus,
} from './publish-result.ts'
export { type StableJsonOptions, stableJson } from './stable-json.ts'
export type { Cell, Table } from './table.ts'
export { TelemetryArtifactWriterAdapter } from './telemetry-artifact-writer-adapter.ts'
export type { TelemetryArtifactWriter, WriteContext } from './writer.ts'
