/** Names what makes artifacts of an inspector summary and hands them to writers, wherever that runs. Files and CI are in `./node`. */

export { type AdapterOptions, adapterDefaults } from './adapter-options.ts'
export { type Artifact, maxNameBytes, nameFault, nameKey, type WrittenArtifact } from './artifact.ts'
export {
  createInspectorExportArtifacts,
  type ExportFormat,
  emptyFormats,
  exportDefaults,
  exportFormats,
  type InspectorExport,
  type InspectorExportOptions,
} from './create-inspector-export-artifacts.ts'
export { formulaStart, guardFormula, toCsv } from './csv.ts'
export { maxDelayMs, realTimer, type SetTimer, withTimeout } from './deadline.ts'
export { ArtifactError, type ArtifactErrorCode } from './errors.ts'
export {
  createEventRecorder,
  type EventRecorder,
  type EventRecorderOptions,
  type RecordedEvent,
  recorderDefaults,
} from './event-recorder.ts'
export type { ExportContext } from './export-context.ts'
export type { ExportFailure, ExportMetrics, WriterSummary, WrittenByWriter } from './export-metrics.ts'
export { callGuarded, type EventPort, isThenable, type LogPort } from './guarded-call.ts'
export { type GameIdentity, type InspectorSummary, reservedSections } from './inspector-summary.ts'
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
export { type Cell, requireTable, type Table, type TranscriptLayout } from './table.ts'
export { TelemetryArtifactWriterAdapter } from './telemetry-artifact-writer-adapter.ts'
export type {
  TelemetryArtifactWriter,
  WriteContext,
  WriterConfig,
  WriterFunction,
  WriterReceipt,
} from './writer.ts'
