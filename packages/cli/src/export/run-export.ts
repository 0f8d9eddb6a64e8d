/** Runs an export: game → mission → summary → artifacts → files → CI, and what went wrong on the way. */
import { type ExportMetrics, type InspectorSummary, TelemetryArtifactWriterAdapter } from '@downlink/artifacts'
import { CliError } from '../errors.ts'
import { onlyGiven } from '../flags.ts'
import type { HeadlessMission, MissionExport } from '../game-module.ts'
import { ended } from '../interruption.ts'
import { bootMission, chosenMission } from './boot-mission.ts'
import { type ExportFailure, stageFailure } from './failures.ts'
import { type PlayEnd, playedText, playMission } from './play-mission.ts'
import type { ExportPorts } from './ports.ts'
import type { Reporter } from './reporter.ts'
import { checkNames, type ExportSettings, exportDefaults } from './settings.ts'
import { type ExportSummary, emptySummary, summaryOf, withFailure } from './summary.ts'

export interface ExportRun {
  readonly settings: ExportSettings
  readonly ports: ExportPorts
  readonly reporter: Reporter
  /** Ends it early, in order. */
  readonly signal: AbortSignal
}

/** Never rejects: whatever happens is in the summary. */
export async function runExport(run: ExportRun): Promise<ExportSummary> {
  try {
    const mission = await Promise.race([boot(run), ended(run.signal)])
    if (mission === undefined) return withFailure(emptySummary, interrupted(run, 'game'))
    return await play(run, mission)
  } catch (error) {
    return withFailure(emptySummary, reportError(run, 'game', error))
  }
}

async function boot({ settings, ports, reporter }: ExportRun): Promise<HeadlessMission> {
  checkNames(settings)
  const game = await ports.loadGame(settings.game)
  const missionId = chosenMission(game, settings.mission)
  const mission = await bootMission(game, missionId, settings)
  const { seed, nowMs } = settings
  reporter.info(
    `${game.name} ${game.version}, mission ${missionId}, seed ${seed}, from ${new Date(nowMs).toISOString()}`,
  )
  return mission
}

async function play(run: ExportRun, mission: HeadlessMission): Promise<ExportSummary> {
  const { settings, reporter, signal } = run
  const { maxTicks } = exportDefaults
  const end = await playMission(mission, { ticks: settings.ticks, maxTicks, signal, status: reporter.status })
  reporter.info(playedText(end.ticks, mission.tickHz))
  if (end.kind === 'interrupted') return withFailure(emptySummary, interrupted(run, 'play'))
  const summary = await exportMission(run, mission)
  const failure = playFailure(run, end)
  return failure === undefined ? summary : { ...summary, ok: false, failures: [failure, ...summary.failures] }
}

function playFailure(run: ExportRun, end: PlayEnd): ExportFailure | undefined {
  if (end.kind === 'threw') return reportError(run, 'play', end.error)
  if (end.kind !== 'endless') return undefined
  const message = `The mission had not ended after ${end.ticks} ticks. Name how many to play with --ticks.`
  return reportFailure(run, { stage: 'play', code: 'unfinished', message })
}

async function exportMission(run: ExportRun, mission: HeadlessMission): Promise<ExportSummary> {
  const { settings, signal } = run
  const { formats, prefix } = settings
  try {
    const exported = await mission.saveManager.exportInspectorSummary({
      writer: createAdapter(run, mission),
      ...onlyGiven({ formats, prefix }),
      context: { ...settings.context, signal },
    })
    const { summary: inspected, metrics, emptyFormats } = checkedExport(exported)
    const failures = [...sectionFailures(run, inspected), ...emptyFailures(run, metrics, emptyFormats)]
    const summary = failures.reduce(withFailure, summaryOf(metrics))
    return signal.aborted ? withFailure(summary, interrupted(run, 'write')) : summary
  } catch (error) {
    return withFailure(emptySummary, reportError(run, 'export', error))
  }
}

/** A game in JavaScript may answer with anything. */
function checkedExport(exported: MissionExport): MissionExport {
  const { summary, metrics }: Partial<MissionExport> = exported ?? {}
  const isWhole = summary && metrics?.written && metrics.failures && metrics.writerSummaries
  if (isWhole) return exported
  throw new CliError(
    'bad_module',
    'The mission was exported, and does not say how that went',
    'What its `exportInspectorSummary` resolves to needs `summary`, and `metrics` as the `writer` that it is given returns them.',
  )
}

function createAdapter(
  { settings, ports, reporter }: ExportRun,
  { eventBus }: HeadlessMission,
): TelemetryArtifactWriterAdapter {
  const { artifactDir, compress, metadata, artifactName, commands, dryRun, timeoutMs } = settings
  const logger = { info: reporter.info, warn: reporter.warn }
  const shared = { eventBus, logger, ...onlyGiven({ timeoutMs }) }
  return new TelemetryArtifactWriterAdapter({
    ...shared,
    writers: [ports.createWriter({ artifactRoot: artifactDir, compress: compress ? 'gzip' : 'none', logger })],
    publisher: ports.createPublisher({
      ...shared,
      variables: ports.variables,
      output: (line) => ports.stdout(`${line}\n`),
      metadataPath: metadata,
      ...onlyGiven({ artifactName, commands, dryRun }),
    }),
  })
}

/** What a `SaveManager` says of the sections that it had to leave out. */
function sectionFailures(run: ExportRun, { failedSections }: InspectorSummary): ExportFailure[] {
  const failed: readonly { section?: unknown; message?: unknown }[] = Array.isArray(failedSections)
    ? failedSections
    : []
  return failed.map(({ section, message }) =>
    reportFailure(run, {
      stage: 'export',
      code: 'section_failed',
      message: `The section ${section} can't be read: ${message}`,
    }),
  )
}

/** Who asked for files, and gets none, must not take that for a success. */
function emptyFailures(
  run: ExportRun,
  { attempted }: ExportMetrics,
  emptyFormats: readonly string[] = [],
): ExportFailure[] {
  const empty = (message: string): ExportFailure =>
    reportFailure(run, { stage: 'export', code: 'nothing_to_write', message })
  if (emptyFormats.length > 0) return emptyFormats.map((format) => empty(`The game has nothing to write as ${format}.`))
  return attempted === 0 ? [empty('The game handed nothing to the writer.')] : []
}

const interrupted = (run: ExportRun, stage: ExportFailure['stage']): ExportFailure =>
  reportFailure(run, { stage, code: 'interrupted', message: 'The export was told to end before it was through.' })

function reportFailure({ reporter }: ExportRun, failure: ExportFailure): ExportFailure {
  reporter.warn(failure.message)
  return failure
}

function reportError({ reporter }: ExportRun, stage: ExportFailure['stage'], error: unknown): ExportFailure {
  reporter.error(error)
  return stageFailure(stage, error)
}
