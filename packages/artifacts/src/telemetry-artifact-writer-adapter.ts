/** Writes artifacts by all writers in one call: names checked, each write under a deadline, no failure stops another. */

import { messageOf } from '@downlink/protocol'
import { type AdapterOptions, type AdapterSettings, adapterSettings } from './adapter-options.ts'
import { type Artifact, type CheckedArtifact, checkArtifact, nameKey, type WrittenArtifact } from './artifact.ts'
import { realTimer, type SetTimer } from './deadline.ts'
import { ArtifactError, expectList } from './errors.ts'
import { type ExportContext, type ExportRun, readableContext, signalIn } from './export-context.ts'
import { type ExportMetrics, pathsOf, summarise, writeFailure } from './export-metrics.ts'
import { fanOut, type WriteResult, type WriterState } from './fan-out.ts'
import { callGuarded, type EventPort, type LogPort, warnGuarded } from './guarded-call.ts'
import { publishGuarded } from './guarded-publisher.ts'
import type { ArtifactPublisher } from './publish-result.ts'
import { type NamedWriter, resolveWriters } from './resolve-writers.ts'
import type { TelemetryArtifactWriter } from './writer.ts'

type WriteCall = (artifact: Artifact, context?: Readonly<Record<string, unknown>>) => Promise<WrittenArtifact>

/** What `new` makes of a class derived from this is a function that calls the class's `write`: some hosts want functions. */
const CallableWriter: new () => WriteCall = asConstructor(function (): WriteCall {
  const call = (...args: Parameters<WriteCall>): Promise<WrittenArtifact> =>
    (call as unknown as { readonly write: WriteCall }).write(...args)
  return Object.setPrototypeOf(call, new.target.prototype)
})

/** Instances stay functions: `call` and `apply` are theirs. */
function asConstructor<Instance>(construct: () => Instance): new () => Instance {
  Object.setPrototypeOf(construct.prototype, Function.prototype)
  return construct as unknown as new () => Instance
}

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
      for (const result of of) this.#reportFailure(result, context)
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

  #reportFailure(result: WriteResult, context: ExportContext): void {
    if (result.ok) return
    const failure = writeFailure(result)
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
    warnGuarded(this.#logger, message)
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
