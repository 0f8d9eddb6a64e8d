/** Publishes the files of an export to the CI that it runs in: manifest first, then the CI's own way. */

import { dirname, join, resolve } from 'node:path'
import { messageOf } from '@downlink/protocol'
import { ArtifactError } from '../../errors.ts'
import { type ExportContext, readableContext, signalIn } from '../../export-context.ts'
import { callGuarded } from '../../guarded-call.ts'
import { printable } from '../../printable.ts'
import type { ArtifactPublisher, PublishFailure, PublishProvider, PublishResult } from '../../publish-result.ts'
import { planForJob, publishName, readJob } from './ci-job.ts'
import type { Argv } from './command-runner.ts'
import { planCommands, type ReadCommands, readCommands } from './commands.ts'
import { nodeEnvironment, type PublishEnvironment, type PublishLogger } from './environment.ts'
import { executePlan, type PlanResult } from './execute-plan.ts'
import { commonFolder, type Inventory, type Manifest, manifestName, manifestText, takeInventory } from './manifest.ts'
import { type CiArtifactPublisherOptions, checkOptions, ciArtifactPublisherDefaults } from './options.ts'
import type { CiJob } from './provider.ts'
import { createRedact, type Redact, secretArguments } from './redact.ts'
import { limitFileSystem, limitOutput, limitRunner } from './time-limit.ts'

/**
 * @example
 * const publisher = new CiArtifactPublisher({ metadataPath: 'telemetry-artifacts/ci-artifacts.json' })
 * const { ok, status, notes } = await publisher.publish(['telemetry-artifacts/save-inspector-summary.json'])
 */
export class CiArtifactPublisher implements ArtifactPublisher {
  readonly #options: CiArtifactPublisherOptions

  /** Inert. @throws {ArtifactError} `bad_option` */
  constructor(options: CiArtifactPublisherOptions = {}) {
    checkOptions(options)
    this.#options = options
  }

  /**
   * Never rejects for what the outside does: that is in `failures`.
   * @param artifactPaths of the files written; relative ones start from the working directory
   * @param given the context, passed on to the events; its texts, numbers and booleans stand in the manifest; an `AbortSignal` as `signal` ends it
   */
  async publish(artifactPaths: readonly string[], given: ExportContext = {}): Promise<PublishResult> {
    if (!Array.isArray(artifactPaths) || !artifactPaths.every((path) => typeof path === 'string' && path !== '')) {
      throw new ArtifactError('bad_option', 'Expected `artifactPaths` to be an array of paths')
    }
    const context = readableContext(given)
    const publishing = this.#begin(artifactPaths, context)
    const { environment, provider, artifactName, isDryRun } = publishing
    const startedMs = environment.clock()
    this.#emit('started', { provider, artifactName, dryRun: isDryRun, paths: publishing.paths, context })
    const { manifest, ...outcome } = await this.#execute(publishing)
    const result: PublishResult = {
      ok: outcome.failures.length === 0,
      provider,
      status: outcome.status,
      artifactName,
      ...(manifest !== undefined && { manifest }),
      commands: outcome.commands,
      notes: outcome.notes.map(printable),
      failures: outcome.failures.map(({ code, message }) => ({ code, message: printable(message) })),
      durationMs: environment.clock() - startedMs,
    }
    this.#emit(result.ok ? 'completed' : 'failed', { ...result, context })
    this.#logResult(result)
    return result
  }

  #begin(artifactPaths: readonly string[], context: ExportContext): Publishing {
    const options = this.#options
    const environment = this.#environment()
    const { variables, workingDirectory } = environment
    const job = readJob(variables)
    const commands = readGiven(options.commands, variables.TELEMETRY_CI_COMMANDS)
    const named = artifactPaths.map((path) => resolve(workingDirectory, path))
    const manifestPath = resolve(
      workingDirectory,
      options.metadataPath ?? join(commonFolder(named.map(dirname)) ?? 'telemetry-artifacts', manifestName),
    )
    const hasCommands = commands.ok && commands.commands.length > 0
    return {
      environment,
      job,
      context,
      commands,
      manifestPath,
      // An earlier manifest would be listed with a size and a hash that it is about to lose.
      paths: [...new Set(named)].filter((path) => path !== manifestPath),
      artifactName: publishName(job, options.artifactName),
      provider: hasCommands ? 'commands' : job.provider,
      isDryRun: options.dryRun ?? !job.isCi,
      redact: createRedact(variables, commands.ok ? commands.commands.flatMap(secretArguments) : []),
      signal: signalIn(context),
    }
  }

  async #execute(publishing: Publishing): Promise<PlanResult & { readonly manifest?: string }> {
    const { environment, job, artifactName, manifestPath, paths, signal, redact, isDryRun, commands } = publishing
    const inventory = await takeInventory(paths, manifestPath, environment.fileSystem, signal)
    const failures: PublishFailure[] = [...inventory.failures]
    if (!commands.ok)
      failures.push({ code: 'commands_unreadable', message: `TELEMETRY_CI_COMMANDS: ${commands.message}` })
    if (signal?.aborted) {
      failures.push({ code: 'aborted', message: 'The export was ended before anything was published' })
      return { ...nothing, failures }
    }
    try {
      await environment.fileSystem.writeAtomically(manifestPath, manifestText(describe(publishing, inventory)))
    } catch (error) {
      // Without it nobody could tell afterwards what should have arrived.
      failures.push({ code: 'manifest_not_written', message: `${manifestPath}: ${messageOf(error)}` })
      return { ...nothing, failures }
    }
    if (inventory.files.length === 0 || !commands.ok) {
      const notes = inventory.files.length === 0 ? ['There is nothing to publish'] : []
      const status = failures.length > 0 ? 'failed' : isDryRun ? 'dry-run' : 'manifest-only'
      return { ...nothing, status, notes, failures, manifest: manifestPath }
    }
    const { files } = inventory
    const folder = commonFolder([dirname(manifestPath), ...files.map((file) => dirname(file.absolutePath))])
    const { variables } = environment
    const publication = { job, artifactName, manifestPath, folder: folder ?? dirname(manifestPath), files, variables }
    const plan = commands.commands.length > 0 ? planCommands(commands.commands, publication) : planForJob(publication)
    const timeoutMs = this.#options.timeoutMs ?? ciArtifactPublisherDefaults.timeoutMs
    const result = await executePlan(plan, { environment, redact, timeoutMs, isDryRun, signal })
    const all = [...failures, ...result.failures]
    return { ...result, status: all.length > 0 ? 'failed' : result.status, failures: all, manifest: manifestPath }
  }

  #environment(): PublishEnvironment {
    const given = this.#options
    const real = nodeEnvironment()
    const setTimer = given.setTimer ?? real.setTimer
    const limit = { timeoutMs: given.timeoutMs ?? ciArtifactPublisherDefaults.timeoutMs, setTimer }
    return {
      variables: given.variables ?? real.variables,
      workingDirectory: given.workingDirectory ?? real.workingDirectory,
      commandRunner: limitRunner(given.commandRunner ?? real.commandRunner, setTimer),
      fileSystem: limitFileSystem(given.fileSystem ?? real.fileSystem, limit),
      output: limitOutput(given.output ?? real.output, limit),
      setTimer,
      clock: given.clock ?? real.clock,
    }
  }

  /** A bus or a logger that fails must not cost the artifacts. */
  #emit(what: 'started' | 'completed' | 'failed', payload: object): void {
    const event = `telemetry:ci_publish_${what}`
    callGuarded(
      () => this.#options.eventBus?.emit(event, payload),
      (cause) => this.#log('warn', `The event bus failed at ${event}: ${messageOf(cause)}`),
    )
  }

  #logResult({ provider, status, failures, notes, artifactName }: PublishResult): void {
    this.#log('info', `CI artifacts ${artifactName}: ${status} (${provider})`)
    for (const note of notes) this.#log('info', note)
    for (const { code, message } of failures) this.#log('warn', `${code}: ${message}`)
  }

  #log(level: keyof PublishLogger, message: string): void {
    callGuarded(
      () => this.#options.logger?.[level](message),
      // Whoever can't be told isn't.
      () => {},
    )
  }
}

interface Publishing {
  readonly environment: PublishEnvironment
  readonly job: CiJob
  readonly context: ExportContext
  readonly commands: ReadCommands
  readonly manifestPath: string
  readonly paths: readonly string[]
  readonly artifactName: string
  readonly provider: PublishProvider
  readonly isDryRun: boolean
  readonly redact: Redact
  readonly signal: AbortSignal | undefined
}

const nothing: PlanResult = { status: 'failed', commands: [], notes: [], failures: [] }

/** Checked at construction where they were given, so only the variable can be unreadable. */
function readGiven(given: CiArtifactPublisherOptions['commands'], variable: string | undefined): ReadCommands {
  return given === undefined ? readCommands(variable) : { ok: true, commands: given as readonly Argv[] }
}

function describe({ artifactName, job, context, redact }: Publishing, { files, missing }: Inventory): Manifest {
  const described: [string, string | number | boolean][] = []
  for (const [name, value] of Object.entries(context)) {
    if (typeof value === 'string') described.push([name, redact(value)])
    else if (typeof value === 'boolean' || Number.isFinite(value)) described.push([name, value as boolean | number])
  }
  // Entries, not assignment: a key such as `__proto__` is data.
  const data = Object.fromEntries(described)
  return { formatVersion: 1, artifactName, provider: job.provider, job, context: data, files, missing }
}
