/** Reads what an export is told to do: by flags, then by the environment, then by the defaults. */

import { join, resolve } from 'node:path'
import { ArtifactError, createInspectorExportArtifacts, type InspectorSummary } from '@downlink/artifacts'
import type { Variables } from '@downlink/artifacts/node'
import { messageOf } from '@downlink/protocol'
import { CliError } from '../errors.ts'
import { onlyGiven } from '../flags.ts'
import type { FailOn } from './failures.ts'
import { type Argv, epochSeconds, jsonArgvList } from './values.ts'

/** As commander reads them off the command line. */
export interface ExportFlags {
  readonly game: string
  readonly artifactDir?: string
  readonly formats?: readonly string[]
  readonly prefix?: string
  readonly mission?: string
  readonly seed: number
  readonly ticks?: number
  readonly now?: number
  readonly snapshot?: string
  readonly context?: readonly (readonly [string, string])[]
  readonly ciCommand?: readonly Argv[]
  readonly metadata?: string
  readonly summary?: string
  readonly artifactName?: string
  readonly compress?: true
  /** By whether this is a CI, if not given. */
  readonly dryRun?: boolean
  readonly timeoutMs?: number
  readonly failOn: FailOn
  readonly verbose?: true
}

export interface ExportSettings extends Omit<ExportFlags, 'context' | 'ciCommand' | 'now'> {
  /** Absolute. */
  readonly artifactDir: string
  /** Where the manifest goes. */
  readonly metadata: string
  /** Wall-clock milliseconds since 1970 at which the mission begins. */
  readonly nowMs: number
  readonly context: Readonly<Record<string, string>>
  /** Instead of the CI's own way. */
  readonly commands: readonly Argv[] | undefined
}

export const exportDefaults = {
  artifactDir: './telemetry-artifacts',
  metadata: 'ci-artifacts.json',
  seed: 1,
  /** After which a mission that has not ended is given up: an hour at 60 a second. */
  maxTicks: 216_000,
  failOn: 'publish',
  /** For a snapshot to be read, or a summary to be written, unless --timeoutMs says otherwise. */
  fileTimeoutMs: 30_000,
} as const

/**
 * @param clock wall-clock milliseconds since 1970
 * @throws {CliError} `bad_usage`, naming the variable and what was expected of it
 */
export function exportSettings(flags: ExportFlags, variables: Variables, clock: () => number): ExportSettings {
  const { context = [], ciCommand, now, ...rest } = flags
  const inherited = <Value>(variable: string, read: (text: string) => Value): Value | undefined =>
    readVariable(variables, variable, read)
  const folder = flags.artifactDir ?? inherited('TELEMETRY_EXPORT_DIR', String) ?? exportDefaults.artifactDir
  const artifactDir = resolve(folder)
  return {
    ...rest,
    artifactDir,
    metadata: flags.metadata ?? join(artifactDir, exportDefaults.metadata),
    // A snapshot is exported as it is: a mission would begin anew in it.
    ...onlyGiven({ ticks: flags.ticks ?? (flags.snapshot === undefined ? undefined : 0) }),
    nowMs: now ?? inherited('SOURCE_DATE_EPOCH', epochSeconds) ?? clock(),
    // Entries, not assignment: a key such as `__proto__` is data.
    context: Object.fromEntries(context),
    commands: ciCommand ?? inherited(commandsVariable, jsonArgvList),
  }
}

const commandsVariable = 'TELEMETRY_CI_COMMANDS'

/** A variable that is set to nothing counts as not set. */
function readVariable<Value>(variables: Variables, variable: string, read: (text: string) => Value): Value | undefined {
  const text = variables[variable]?.trim() ?? ''
  if (text === '') return undefined
  try {
    return read(text)
  } catch (cause) {
    // Commands have tokens in them.
    const came = variable === commandsVariable ? `text of ${text.length} characters` : JSON.stringify(text)
    throw new CliError(
      'bad_usage',
      `The variable ${variable} is ${came}. ${messageOf(cause)}`,
      'Correct it, or give the flag, which is asked first: downlink export --help',
      { cause },
    )
  }
}

/** Names are judged by those who will use them, before a long mission is played for nothing. */
export function checkNames({ formats, prefix }: ExportSettings): void {
  try {
    createInspectorExportArtifacts({ summary: emptyInspectorSummary }, onlyGiven({ formats, prefix }))
  } catch (cause) {
    if (!(cause instanceof ArtifactError)) throw cause
    throw new CliError('bad_usage', cause.message, 'See: downlink export --help', { cause })
  }
}

const emptyInspectorSummary: InspectorSummary = {
  formatVersion: 1,
  generatedAt: 0,
  generatedIso: new Date(0).toISOString(),
  source: 'unavailable',
  game: { name: '', version: '', seed: null, missionId: null },
}
