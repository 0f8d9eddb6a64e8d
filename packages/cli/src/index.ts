/** Exports what a game module is, for those who write one; and the command itself. */

export { CliError, type CliErrorCode } from './errors.ts'
export type { ExportFailure, ExportFailureCode, ExportStage } from './export/failures.ts'
export type { ExportPorts } from './export/ports.ts'
export type {
  ExportSummary,
  SummaryArtifact,
  SummaryWriter,
} from './export/summary.ts'
export type {
  BattleGame,
  GameModule,
  HeadlessBattle,
  HeadlessMission,
  InspectorSource,
  MissionExport,
  MissionExportOptions,
  MissionGame,
  MissionOptions,
  MissionTitle,
  SnapshotRefusal,
} from './game-module.ts'
export type { Interruption } from './interruption.ts'
export { runCommand } from './main.ts'
export type { OutputPort } from './output.ts'
export { type ExportOutcome, runTelemetryExportTask } from './telemetry-export-task.ts'
