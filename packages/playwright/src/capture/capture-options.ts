/** Declares what can be said of a capture, and for how long it may take: each option, its default and its range. */

import type { EventPort } from '@downlink/artifacts'
import type { TestInfo } from '@playwright/test'
import { TelemetryTestError } from '../errors.ts'
import type { AdapterPort } from './write-artifacts.ts'

export interface CaptureOptions {
  /** `json`, `csv`, `transcript-csv`, `transcript-md`, `ndjson`. @default all */
  readonly formats?: readonly string[]
  /** Of the file names. @default the game's: 'save-inspector' */
  readonly prefix?: string
  /** Each attempt of each test has a folder of its own below it. @default the test's output folder */
  readonly artifactRoot?: string
  /** Writes the artifacts. @default one that makes files */
  readonly adapter?: AdapterPort
  /** Hears `telemetry:artifacts_written` and `telemetry:artifact_failed`. @default none */
  readonly eventBus?: EventPort
  /** JSON, for the game's export and the writers, beside what they are told of the test. @default {} */
  readonly context?: Readonly<Record<string, unknown>>
  /**
   * Milliseconds for the page's answer, and again for the writing, from 1; a third of the test's timeout at most.
   * @default 10000
   */
  readonly timeoutMs?: number
}

export const captureDefaults = { timeoutMs: 10_000 }

/** A third of the test's time at most: a page that hangs, and a disk that does, still leave room to end by itself. */
export function timeoutOf(
  { timeout }: Pick<TestInfo, 'timeout'>,
  { timeoutMs = captureDefaults.timeoutMs }: Pick<CaptureOptions, 'timeoutMs'>,
): number {
  if (!(Number.isSafeInteger(timeoutMs) && timeoutMs > 0)) {
    throw new TelemetryTestError(
      'bad_option',
      `Expected \`timeoutMs\` to be a whole number from 1 up, got ${timeoutMs}`,
    )
  }
  return timeout > 0 ? Math.min(timeoutMs, Math.ceil(timeout / 3)) : timeoutMs
}
