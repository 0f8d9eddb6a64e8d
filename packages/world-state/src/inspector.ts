/** Inspects a game at one moment, and exports what it saw: the summary, the tables, the events. */

import {
  type Artifact,
  ArtifactError,
  createInspectorExportArtifacts,
  type EventPort,
  type ExportContext,
  type ExportFormat,
  type ExportMetrics,
  emptyFormats,
  type GameIdentity,
  type InspectorSummary,
  type Table,
  type TelemetryArtifactWriter,
  TelemetryArtifactWriterAdapter,
  type WriterConfig,
  type WriterFunction,
} from '@downlink/artifacts'
import { messageOf } from '@downlink/protocol'
import { warn } from './environment.ts'
import { guardBus } from './guarded-bus.ts'
import { copyJson, isoTime, type Json, setField } from './json.ts'
import { readSection, type SectionFault } from './store/sections.ts'
import type { WorldStateStore } from './store/world-state-store.ts'

/** What can be asked of a game. Any of it may throw: what does is missing from the inspection, and named in it. */
export interface InspectionSources {
  /** Without one a summary says that it is unavailable. */
  readonly store?: Pick<WorldStateStore, 'inspect' | 'tables'>
  readonly game: GameIdentity | (() => GameIdentity)
  /** The host's own sections of the summary: `engine`, `telemetry` … One that a slice claims too is the host's. */
  readonly sections?: Readonly<Record<string, () => unknown>>
  /** The telemetry events of the run: those of an event recorder. */
  readonly events?: () => Iterable<unknown>
  /** Wall-clock milliseconds since 1970. @default Date.now */
  readonly clock?: () => number
}

export interface Inspection {
  readonly summary: InspectorSummary
  readonly tables: readonly Table[]
  readonly events: Iterable<unknown> | undefined
}

/** In place of a game that could not say what it is. */
const unknownGame: GameIdentity = { name: 'unknown', version: 'unknown', seed: null, missionId: null }

export function inspectGame(sources: InspectionSources): Inspection {
  const { store, game, sections = {}, events, clock = Date.now } = sources
  const faults: SectionFault[] = []
  const onFault = (fault: SectionFault): void => void faults.push(fault)

  const generatedAt = clock()
  const summary: Record<string, unknown> = {
    formatVersion: 1,
    generatedAt,
    generatedIso: isoTime(generatedAt),
    source: store ? 'worldStateStore' : 'unavailable',
    game: readSection('game', () => (typeof game === 'function' ? game() : game), copyJson, onFault) ?? unknownGame,
    ...store?.inspect(onFault),
  }
  for (const [section, read] of Object.entries(sections)) {
    setField(summary, section, readSection(section, read, copyJson, onFault) ?? null)
  }
  const tables = store?.tables(onFault) ?? []
  // A list of its own: the recorder goes on while the export is written.
  const recorded = events && readSection('events', events, (all) => [...all], onFault)
  if (faults.length > 0) summary.failedSections = faults.map(namedFault)
  return { summary: summary as unknown as InspectorSummary, tables, events: recorded }
}

const namedFault = ({ section, error }: SectionFault): Json => ({
  section,
  message: messageOf(error),
})

/** What an export needs of a `TelemetryArtifactWriterAdapter`. */
export interface ArtifactAdapter {
  writeArtifacts(artifacts: readonly Artifact[], context?: ExportContext): Promise<ExportMetrics>
}

export interface InspectorExportRequest {
  /** In the place of the manager's adapter: a writer as object, function or config, or another adapter. @default that adapter */
  readonly writer?: TelemetryArtifactWriter | WriterFunction | WriterConfig | ArtifactAdapter | undefined
  /** `json`, `csv`, `transcript-csv`, `transcript-md`, `ndjson`. @default all */
  readonly formats?: readonly string[] | undefined
  /** What each file's name begins with. @default 'save-inspector' */
  readonly prefix?: string | undefined
  /** Passed through to writers, publisher and events. @default {} */
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
  const notify = (event: keyof TelemetryExportEvents, more: object = {}): void =>
    bus.emit(event, { ...notice, ...more })
  notify('telemetry:export_started')
  try {
    const artifacts = createInspectorExportArtifacts({ summary, tables, events }, { formats, prefix })
    const empty = emptyFormats({ summary, tables, events }, formats ?? [])
    const metrics = requireMetrics(await adapterFor(writer ?? adapter, eventBus).writeArtifacts(artifacts, context))
    const named = artifacts.map(({ section, filename, mimeType }) => ({ section, filename, mimeType }))
    const isWhole = metrics.failures.length === 0 && metrics.publish?.ok !== false && empty.length === 0
    const outcome: ExportOutcome = { artifacts: named, metrics, emptyFormats: empty }
    notify(isWhole ? 'telemetry:export_completed' : 'telemetry:export_failed', outcome)
    return { summary, artifacts, metrics, emptyFormats: empty }
  } catch (error) {
    notify('telemetry:export_failed', { error })
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
