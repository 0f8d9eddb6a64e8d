/** Names what the adapter can be given, with defaults and ranges. */

import { maxDelayMs, type SetTimer } from './deadline.ts'
import { expectObject, expectWhole } from './errors.ts'
import type { EventPort, LogPort } from './guarded-call.ts'
import type { ArtifactPublisher } from './publish-result.ts'
import type { TelemetryArtifactWriter, WriterConfig, WriterFunction } from './writer.ts'

export interface AdapterOptions {
  /** In the order in which each artifact is handed to them. */
  readonly writers: readonly (TelemetryArtifactWriter | WriterFunction | WriterConfig)[]
  /** Makes a writer of a config, or nothing if it knows none. @default only `{ memory: true }` is known */
  readonly resolveWriter?: ((config: WriterConfig) => TelemetryArtifactWriter | undefined) | undefined
  /** Gets the absolute paths of all files written, once the writers are through. @default none */
  readonly publisher?: ArtifactPublisher | undefined
  /** Hears `telemetry:artifacts_written` and `telemetry:artifact_failed`. @default none */
  readonly eventBus?: EventPort | undefined
  /** Hears of each failure, and of a bus that fails. @default console */
  readonly logger?: LogPort | undefined
  /** Writers that work on one artifact at once, from 1. @default 4 */
  readonly concurrency?: number | undefined
  /** Milliseconds for one artifact in one writer, from 1 to 2147483647. @default 30000 */
  readonly timeoutMs?: number | undefined
  /** Milliseconds left to a write that was told to end, from 1. @default 1000 */
  readonly graceMs?: number | undefined
  /** Milliseconds for the publisher as a whole, from 1. @default 600000 */
  readonly publishTimeoutMs?: number | undefined
  /** Bytes of a stream that several writers read, held for the slowest of them, from 1. @default 1048576 */
  readonly maxBufferedBytes?: number | undefined
  /** Monotonic milliseconds. @default performance.now */
  readonly now?: (() => number) | undefined
  /** @default setTimeout */
  readonly setTimer?: SetTimer | undefined
}

export const adapterDefaults = {
  concurrency: 4,
  timeoutMs: 30_000,
  graceMs: 1000,
  publishTimeoutMs: 600_000,
  maxBufferedBytes: 1_048_576,
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
