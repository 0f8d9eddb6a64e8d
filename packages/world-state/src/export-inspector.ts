/** An inspection as artifacts, handed to whatever keeps them. */
import {
  type Artifact,
  createInspectorExportArtifacts,
  type EventPort,
  type ExportContext,
  type ExportMetrics,
  type InspectorSummary,
  type TelemetryArtifactWriter,
  TelemetryArtifactWriterAdapter,
  type WriterConfig,
  type WriterFunction,
} from '@downlink/artifacts'
import { warn } from './environment.ts'
import { guardBus } from './guarded-bus.ts'
import type { Inspection } from './inspection.ts'

/** What an export needs of a `TelemetryArtifactWriterAdapter`. */
export interface ArtifactAdapter {
  writeArtifacts(artifacts: readonly Artifact[], context?: ExportContext): Promise<ExportMetrics>
}

export interface InspectorExportRequest {
  /** In the place of the manager's adapter: a writer as object, function or config, or another adapter. */
  readonly writer?: TelemetryArtifactWriter | WriterFunction | WriterConfig | ArtifactAdapter | undefined
  /** `json`, `csv`, `transcript-csv`, `transcript-md`, `ndjson`. @default all */
  readonly formats?: readonly string[] | undefined
  /** What each file's name begins with. @default 'save-inspector' */
  readonly prefix?: string | undefined
  /** Passed through to writers, publisher and events. */
  readonly context?: ExportContext | undefined
}

export interface InspectorExportResult {
  readonly summary: InspectorSummary
  readonly artifacts: readonly Artifact[]
  /** Says what was written, and what was not and why. */
  readonly metrics: ExportMetrics
}

/** Add it to the event map of a game's bus. */
export interface TelemetryExportEvents {
  'telemetry:export_started': ExportNotice
  /** All was written, and published where there is a publisher. */
  'telemetry:export_completed': ExportNotice & ExportOutcome
  /** Something was not; `error` where there was nothing to write at all. */
  'telemetry:export_failed': ExportNotice & (ExportOutcome | { readonly error: unknown })
}

export interface ExportNotice {
  /** Milliseconds since 1970: the summary's. */
  readonly generatedAt: number
  readonly missionId: string | null
  readonly context: ExportContext
}

export interface ExportOutcome {
  readonly artifacts: readonly Pick<Artifact, 'section' | 'filename' | 'mimeType'>[]
  readonly metrics: ExportMetrics
}

/** @throws {ArtifactError} `unknown_format`, `bad_option`, `bad_table`, `unknown_writer`; a failing writer does not */
export async function exportInspection(
  { summary, tables, events }: Inspection,
  { writer, formats, prefix, context = {} }: InspectorExportRequest,
  { adapter, eventBus }: { readonly adapter?: ArtifactAdapter | undefined; readonly eventBus?: EventPort | undefined },
): Promise<InspectorExportResult> {
  const notice = { generatedAt: summary.generatedAt, missionId: summary.game.missionId, context }
  const bus = guardBus(eventBus, ({ message, cause }) => warn(message, cause))
  const tell = (event: keyof TelemetryExportEvents, more: object = {}): void => bus.emit(event, { ...notice, ...more })
  tell('telemetry:export_started')
  try {
    const artifacts = createInspectorExportArtifacts({ summary, tables, events }, { formats, prefix })
    const metrics = await adapterFor(writer ?? adapter, eventBus).writeArtifacts(artifacts, context)
    const named = artifacts.map(({ section, filename, mimeType }) => ({ section, filename, mimeType }))
    const isWhole = metrics.failures.length === 0 && metrics.publish?.ok !== false
    tell(isWhole ? 'telemetry:export_completed' : 'telemetry:export_failed', { artifacts: named, metrics })
    return { summary, artifacts, metrics }
  } catch (error) {
    tell('telemetry:export_failed', { error })
    throw error
  }
}

/** Without a writer artifacts stay in memory, that is, in the result. */
function adapterFor(writer: InspectorExportRequest['writer'], eventBus: EventPort | undefined): ArtifactAdapter {
  if (writer && isAdapter(writer)) return writer
  return new TelemetryArtifactWriterAdapter({ writers: [writer ?? { memory: true }], eventBus })
}

const isAdapter = (writer: object): writer is ArtifactAdapter =>
  'writeArtifacts' in writer && typeof writer.writeArtifacts === 'function'
