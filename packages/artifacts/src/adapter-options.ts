/** What the adapter can be given, its defaults and its ranges. */

import { maxDelayMs, type SetTimer } from './deadline.ts'
import { expectObject, expectWhole } from './errors.ts'
import type { EventPort, LogPort } from './guarded-call.ts'
import type { ArtifactPublisher } from './publish-result.ts'
import type { TelemetryArtifactWriter, WriterConfig, WriterFunction } from './writer.ts'

export interface AdapterOptions {
  /** In the order in which each artifact is handed to them. */
  readonly writers: readonly (TelemetryArtifactWriter | WriterFunction | WriterConfig)[]
  /** Makes a writer of a config, or nothing if it knows none. */
  readonly resolveWriter?: ((config: WriterConfig) => TelemetryArtifactWriter | undefined) | undefined
  /** Gets the absolute paths of all files written, once the writers are through. */
  readonly publisher?: ArtifactPublisher | undefined
  /** Hears `telemetry:artifacts_written` and `telemetry:artifact_failed`. */
  readonly eventBus?: EventPort | undefined
  /** @default console */
  readonly logger?: LogPort | undefined
  /** Writers that work at once. @default 4 */
  readonly concurrency?: number | undefined
  /** For one artifact in one writer. @default 30000 */
  readonly timeoutMs?: number | undefined
  /** Left to a write that was told to end. @default 1000 */
  readonly graceMs?: number | undefined
  /** For the publisher as a whole. @default 600000 */
  readonly publishTimeoutMs?: number | undefined
  /** Of a stream that several writers read, held for the slowest of them. @default 1048576 */
  readonly maxBufferedBytes?: number | undefined
  /** Monotonic milliseconds. */
  readonly now?: (() => number) | undefined
  readonly setTimer?: SetTimer | undefined
}

export const adapterDefaults = {
  concurrency: 4 as number,
  timeoutMs: 30_000 as number,
  graceMs: 1000 as number,
  publishTimeoutMs: 600_000 as number,
  maxBufferedBytes: 1_048_576 as number,
}

export type AdapterSettings = typeof adapterDefaults

/**
 * Merges numbers with their defaults. One that is undefined or null counts as left out.
 * @throws {ArtifactError} `bad_option`, naming the option, its range and what came
 */
export function adapterSettings(options: AdapterOptions): AdapterSettings {
  expectObject('options', options)
  const settings = { ...adapterDefaults }
  for (const name of Object.keys(adapterDefaults) as (keyof AdapterSettings)[]) {
    const value = options[name] ?? adapterDefaults[name]
    expectWhole(name, value, maxDelayMs)
    settings[name] = value
  }
  return settings
}
