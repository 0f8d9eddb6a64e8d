/** Inspector artifacts: made from a summary, handed to writers, wherever they run. Files and CI are in `./node`. */

export type { Artifact, WrittenArtifact } from './artifact.ts'
export type { EventPort } from './event-port.ts'
export type { GameIdentity, InspectorSummary } from './inspector-summary.ts'
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
export type { Cell, Table } from './table.ts'
export type { TelemetryArtifactWriter, WriteContext } from './writer.ts'
