/** One call for all writers: names checked, each write under a deadline, no failure stops another. */
import { type AdapterOptions, type AdapterSettings, adapterSettings, type LogPort } from './adapter-options.ts'
import type { Artifact } from './artifact.ts'
import { nameFault, nameKey } from './artifact-name.ts'
import { isContent, kindOf } from './content.ts'
import { ArtifactError, messageOf, rootCauseOf } from './errors.ts'
import type { EventPort } from './event-port.ts'
import type { ExportFailure, ExportMetrics, WriterSummary } from './export-metrics.ts'
import type { ExportRun } from './export-run.ts'
import { fanOut, type WriteResult, type WriterState } from './fan-out.ts'
import { publishGuarded } from './guarded-publisher.ts'
import type { ArtifactPublisher } from './publish-result.ts'
import { type NamedWriter, resolveWriters } from './resolve-writers.ts'
import { realTimer, type SetTimer } from './timer.ts'

export type ExportContext = Readonly<Record<string, unknown>>

/**
 * Artifacts go out in their order, each to all writers in theirs; the next one starts when the last one is through.
 * Nothing that a writer, the bus, the logger or the publisher does makes `writeArtifacts` reject.
 *
 * @example
 * const adapter = new TelemetryArtifactWriterAdapter({ writers: [{ memory: true }, (artifact) => upload(artifact)] })
 * const { written, failures } = await adapter.writeArtifacts(artifacts, { missionId: 'cascade' })
 */
export class TelemetryArtifactWriterAdapter {
  readonly #settings: AdapterSettings
  readonly #writers: readonly NamedWriter[]
  readonly #publisher: ArtifactPublisher | undefined
  readonly #eventBus: EventPort | undefined
  readonly #logger: LogPort
  readonly #now: () => number
  readonly #setTimer: SetTimer

  /** @throws {ArtifactError} `bad_option`, `unknown_writer` */
  constructor(options: AdapterOptions) {
    this.#settings = adapterSettings(options)
    this.#writers = resolveWriters(options)
    this.#publisher = options.publisher
    this.#eventBus = options.eventBus
    this.#logger = options.logger ?? console
    this.#now = options.now ?? (() => performance.now())
    this.#setTimer = options.setTimer ?? realTimer
  }

  /**
   * @param context passed through to writers and publisher as it is, but for `signal`: an `AbortSignal` there
   * ends the export, and each of them gets one that is aborted at its own deadline, too
   */
  async writeArtifacts(artifacts: readonly Artifact[], context: ExportContext = {}): Promise<ExportMetrics> {
    const startedMs = this.#now()
    const states = this.#writers.map((writer): WriterState => ({ writer, durationMs: 0, stuck: false }))
    const run = this.#run(context)
    const names = new Set<string>()
    const results: WriteResult[] = []
    for (const artifact of artifacts) {
      const fault = faultOf(artifact, names)
      const of = fault ? states.map(refusal(artifact, fault)) : await fanOut(artifact, states, run)
      results.push(...of)
      for (const result of of) this.#tellFailure(result, context)
    }
    const metrics = summarise(results, states, this.#now() - startedMs)
    if (metrics.written.length > 0) this.#emit('telemetry:artifacts_written', { ...metrics, context })
    if (this.#publisher === undefined) return metrics
    return { ...metrics, publish: await publishGuarded(this.#publisher, pathsOf(metrics), run) }
  }

  #run(context: ExportContext): ExportRun {
    const { signal } = context
    return {
      settings: this.#settings,
      context,
      signal: signal instanceof AbortSignal ? signal : undefined,
      now: this.#now,
      setTimer: this.#setTimer,
    }
  }

  #tellFailure(result: WriteResult, context: ExportContext): void {
    if (result.ok) return
    const failure = failureOf(result)
    const { writer, filename, code, message, cause } = failure
    const because = message.includes(cause) ? '' : ` (${cause})`
    this.#warn(`${writer} did not write ${JSON.stringify(filename)}: ${code}: ${message}${because}`)
    this.#emit('telemetry:artifact_failed', { ...failure, error: result.error, context })
  }

  /** A bus that throws is worth a warning, and no more. */
  #emit(event: string, payload: unknown): void {
    try {
      this.#eventBus?.emit(event, payload)
    } catch (error) {
      this.#warn(`The event bus threw on ${event}: ${messageOf(error)}`)
    }
  }

  #warn(message: string): void {
    try {
      this.#logger.warn(`[downlink] ${message}`)
    } catch {
      // There is nobody left to tell; what it was about is in the metrics.
    }
  }
}

/** Why an artifact is handed to no writer. */
function faultOf(artifact: Artifact, names: Set<string>): ArtifactError | undefined {
  const fault = nameFault(artifact.filename)
  if (fault !== undefined) return new ArtifactError('bad_name', `Expected a file's name without a folder, but ${fault}`)
  if (!isContent(artifact.content)) {
    const got = kindOf(artifact.content)
    return new ArtifactError('bad_content', `Expected text, bytes or a stream of bytes, got ${got}`)
  }
  const key = nameKey(artifact.filename)
  if (names.has(key)) return new ArtifactError('duplicate_name', 'Another artifact of this export has the same name')
  names.add(key)
  return undefined
}

const refusal =
  (artifact: Artifact, error: ArtifactError) =>
  ({ writer }: WriterState): WriteResult => ({ ok: false, writer: writer.id, artifact, error })

function failureOf({ writer, artifact, error }: WriteResult & { ok: false }): ExportFailure {
  return {
    writer,
    section: String(artifact.section),
    filename: String(artifact.filename),
    code: error instanceof ArtifactError ? error.code : 'write_failed',
    message: messageOf(error),
    cause: rootCauseOf(error),
  }
}

function summarise(results: readonly WriteResult[], states: readonly WriterState[], durationMs: number): ExportMetrics {
  return {
    attempted: results.length,
    written: results.flatMap((result) => (result.ok ? [{ writer: result.writer, ...result.written }] : [])),
    failures: results.flatMap((result) => (result.ok ? [] : [failureOf(result)])),
    writerSummaries: states.map((state) => summaryOf(state, results)),
    durationMs,
  }
}

function summaryOf({ writer: { id }, durationMs }: WriterState, results: readonly WriteResult[]): WriterSummary {
  const own = results.filter(({ writer }) => writer === id)
  const successes = own.filter(({ ok }) => ok).length
  return { id, attempted: own.length, successes, failures: own.length - successes, durationMs }
}

/** Two writers may have found the same file. */
const pathsOf = ({ written }: ExportMetrics): string[] => [
  ...new Set(written.flatMap(({ path }) => (path === undefined ? [] : [path]))),
]
