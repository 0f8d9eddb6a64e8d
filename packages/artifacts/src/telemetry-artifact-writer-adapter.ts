/** One call for all writers: names checked, each write under a deadline, no failure stops another. */

import { messageOf } from '@downlink/protocol'
import { type AdapterOptions, type AdapterSettings, adapterSettings, type LogPort } from './adapter-options.ts'
import type { Artifact, WrittenArtifact } from './artifact.ts'
import { nameKey } from './artifact-name.ts'
import { CallableWriter } from './callable-writer.ts'
import { type CheckedArtifact, checkArtifact } from './checked-artifact.ts'
import { realTimer, type SetTimer } from './deadline.ts'
import { ArtifactError, rootCauseOf } from './errors.ts'
import type { EventPort } from './event-port.ts'
import { type ExportContext, readableContext, signalIn } from './export-context.ts'
import type { ExportFailure, ExportMetrics, WriterSummary } from './export-metrics.ts'
import type { ExportRun } from './export-run.ts'
import { fanOut, type WriteResult, type WriterState } from './fan-out.ts'
import { callGuarded } from './guarded-call.ts'
import { publishGuarded } from './guarded-publisher.ts'
import { expectList } from './option-checks.ts'
import { printable } from './printable.ts'
import type { ArtifactPublisher } from './publish-result.ts'
import { type NamedWriter, resolveWriters } from './resolve-writers.ts'
import type { TelemetryArtifactWriter } from './writer.ts'

/**
 * Artifacts go out in their order, each to all writers in theirs; the next one starts when the last one is through.
 * Nothing that a writer, the bus, the logger or the publisher does makes `writeArtifacts` reject. Where a writer is
 * expected, be it an object or a function, the adapter is one.
 *
 * @example
 * const adapter = new TelemetryArtifactWriterAdapter({ writers: [{ memory: true }, (artifact) => upload(artifact)] })
 * const { written, failures } = await adapter.writeArtifacts(artifacts, { missionId: 'cascade' })
 */
export class TelemetryArtifactWriterAdapter extends CallableWriter implements TelemetryArtifactWriter {
  /** As a writer among others. */
  readonly id: string = 'adapter'
  readonly #settings: AdapterSettings
  readonly #writers: readonly NamedWriter[]
  readonly #publisher: ArtifactPublisher | undefined
  readonly #eventBus: EventPort | undefined
  readonly #logger: LogPort
  readonly #now: () => number
  readonly #setTimer: SetTimer

  /** @throws {ArtifactError} `bad_option`, `unknown_writer` */
  constructor(options: AdapterOptions) {
    super()
    this.#settings = adapterSettings(options)
    this.#writers = resolveWriters(options)
    this.#publisher = options.publisher ?? undefined
    this.#eventBus = options.eventBus
    this.#logger = options.logger ?? console
    this.#now = options.now ?? (() => performance.now())
    this.#setTimer = options.setTimer ?? realTimer
  }

  /**
   * @param context passed through to writers and publisher as it is, but for `signal`: an `AbortSignal` there
   * ends the export, and each of them gets one that is aborted at its own deadline, too
   * @throws {ArtifactError} `bad_option` where the artifacts are no list, or the context is no object
   */
  async writeArtifacts(artifacts: readonly Artifact[], context: ExportContext = {}): Promise<ExportMetrics> {
    expectList('artifacts', artifacts)
    const run = this.#run(context)
    const metrics = await this.#writeAll(artifacts, run)
    if (this.#publisher === undefined) return metrics
    return { ...metrics, publish: await publishGuarded(this.#publisher, pathsOf(metrics), run) }
  }

  /**
   * Hands one artifact to all writers. Nothing is published: a publisher wants all files at once.
   * @returns what the first writer says
   * @throws {ArtifactError} the first failure
   */
  async write(artifact: Artifact, context: ExportContext = {}): Promise<WrittenArtifact> {
    const { written, failures } = await this.#writeAll([artifact], this.#run(context))
    if (this.#publisher !== undefined) this.#warn('Called as a writer, the adapter publishes nothing')
    const [failure] = failures
    if (failure !== undefined) throw new ArtifactError(failure.code, `${failure.writer}: ${failure.message}`)
    const [first] = written
    if (first === undefined) throw new ArtifactError('unknown_writer', 'The adapter has no writers')
    const { writer, ...receipt } = first
    return receipt
  }

  async #writeAll(artifacts: readonly Artifact[], run: ExportRun): Promise<ExportMetrics> {
    const { context } = run
    const startedMs = this.#now()
    const states = this.#writers.map((writer): WriterState => ({ writer, durationMs: 0, stuck: false }))
    const names = new Set<string>()
    const results: WriteResult[] = []
    for (const given of artifacts) {
      const checked = checkedOnce(given, names)
      const of = checked.ok ? await fanOut(checked.artifact, states, run) : states.map(refusal(checked))
      results.push(...of)
      for (const result of of) this.#tellFailure(result, context)
    }
    const metrics = summarise(results, states, this.#now() - startedMs)
    if (metrics.written.length > 0) this.#emit('telemetry:artifacts_written', { ...metrics, context })
    return metrics
  }

  #run(given: ExportContext | null): ExportRun {
    const context = readableContext(given)
    return {
      settings: this.#settings,
      context,
      signal: signalIn(context),
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

  /** A bus that fails is worth a warning, and no more. */
  #emit(event: string, payload: unknown): void {
    callGuarded(
      () => this.#eventBus?.emit(event, payload),
      (cause) => this.#warn(`The event bus failed at ${event}: ${messageOf(cause)}`),
    )
  }

  #warn(message: string): void {
    callGuarded(
      () => this.#logger.warn(`[downlink] ${printable(message)}`),
      // There is nobody left to tell; what it was about is in the metrics.
      () => {},
    )
  }
}

/** Why an artifact is handed to no writer, if it is not. */
function checkedOnce(given: unknown, names: Set<string>): CheckedArtifact {
  const checked = checkArtifact(given)
  if (!checked.ok) return checked
  const { artifact } = checked
  const key = nameKey(artifact.filename)
  if (names.has(key)) {
    const error = new ArtifactError('duplicate_name', 'Another artifact of this export has the same name')
    return { ok: false, artifact, error }
  }
  names.add(key)
  return checked
}

const refusal =
  ({ artifact, error }: CheckedArtifact & { ok: false }) =>
  ({ writer }: WriterState): WriteResult => ({ ok: false, writer: writer.id, artifact, error })

function failureOf({ writer, artifact, error }: WriteResult & { ok: false }): ExportFailure {
  return {
    writer,
    section: artifact.section,
    filename: artifact.filename,
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
