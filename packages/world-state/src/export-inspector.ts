/** An inspection as artifacts, handed to whatever keeps them. */
import {
  type Artifact,
  ArtifactError,
  createInspectorExportArtifacts,
  type EventPort,
  type ExportContext,
  type ExportFormat,
  type ExportMetrics,
  emptyFormats,
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
  /** Of the formats that were asked for by name those that the game has nothing for. */
  readonly emptyFormats: readonly ExportFormat[]
}

/** Add it to the event map of a game's bus. */
export interface TelemetryExportEvents {
  'telemetry:export_started': ExportNotice
  /** All that was asked for was written, and published where there is a publisher. */
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
  readonly emptyFormats: readonly ExportFormat[]
}

/** @throws {ArtifactError} `unknown_format`, `bad_option`, `bad_table`, `unknown_writer`; a failing writer does not */
export async function exportInspection(
  { summary, tables, events }: Inspection,
  request: InspectorExportRequest,
  { adapter, eventBus }: { readonly adapter?: ArtifactAdapter | undefined; readonly eventBus?: EventPort | undefined },
): Promise<InspectorExportResult> {
  const { writer, formats, prefix } = request ?? {}
  const context = request?.context ?? {}
  const notice = { generatedAt: summary.generatedAt, missionId: summary.game.missionId, context }
  const bus = guardBus(eventBus, ({ message, cause }) => warn(message, cause))
  const tell = (event: keyof TelemetryExportEvents, more: object = {}): void => bus.emit(event, { ...notice, ...more })
  tell('telemetry:export_started')
  try {
    const artifacts = createInspectorExportArtifacts({ summary, tables, events }, { formats, prefix })
    const empty = emptyFormats({ summary, tables, events }, formats ?? [])
    const metrics = requireMetrics(await adapterFor(writer ?? adapter, eventBus).writeArtifacts(artifacts, context))
    const named = artifacts.map(({ section, filename, mimeType }) => ({ section, filename, mimeType }))
    const isWhole = metrics.failures.length === 0 && metrics.publish?.ok !== false && empty.length === 0
    const outcome: ExportOutcome = { artifacts: named, metrics, emptyFormats: empty }
    tell(isWhole ? 'telemetry:export_completed' : 'telemetry:export_failed', outcome)
    return { summary, artifacts, metrics, emptyFormats: empty }
  } catch (error) {
    tell('telemetry:export_failed', { error })
    throw error
  }
}

/** Without a writer artifacts stay in memory, that is, in the result. */
function adapterFor(writer: InspectorExportRequest['writer'], eventBus: EventPort | undefined): ArtifactAdapter {
  if (writer !== undefined && isAdapter(writer)) return writer
  return new TelemetryArtifactWriterAdapter({ writers: [writer ?? { memory: true }], eventBus })
}

/** An adapter may be somebody else's. */
function requireMetrics(metrics: ExportMetrics | null | undefined): ExportMetrics {
  if (Array.isArray(metrics?.failures)) return metrics
  throw new ArtifactError('bad_option', `Expected \`adapter.writeArtifacts\` to give metrics, got ${typeof metrics}`)
}

/** An adapter of ours is a function, too. */
const isAdapter = (writer: object | null): writer is ArtifactAdapter =>
  (typeof writer === 'object' || typeof writer === 'function') &&
  writer !== null &&
  'writeArtifacts' in writer &&
  typeof writer.writeArtifacts === 'function'
