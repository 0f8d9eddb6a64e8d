/** Takes a game's inspector artifacts out of its page: written below the test's output folder, and attached to it. */

import type { EventPort, ExportMetrics, InspectorSummary } from '@downlink/artifacts'
import type { Page, TestInfo } from '@playwright/test'
import { type CaptureFailureCode, noteProblem, type Problem, TelemetryTestError } from '../errors.ts'
import { count } from '../received/print.ts'
import { askPage } from './ask-page.ts'
import type { CapturedArtifact } from './attach-artifacts.ts'
import { keepArtifacts } from './keep-artifacts.ts'
import { factsOf } from './test-facts.ts'
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
  /** Hears `telemetry:artifacts_written` and `telemetry:artifact_failed`. */
  readonly eventBus?: EventPort
  /** JSON, for the game's export and the writers, beside what they are told of the test. */
  readonly context?: Readonly<Record<string, unknown>>
  /**
   * Milliseconds for the page's answer, and again for the writing, from 1; a third of the test's timeout at most.
   * @default 10000
   */
  readonly timeoutMs?: number
}

export const captureDefaults = { timeoutMs: 10_000 }

export interface Captured {
  readonly ok: true
  readonly summary: InspectorSummary
  readonly artifacts: readonly CapturedArtifact[]
  readonly metrics: ExportMetrics
}

export interface NotCaptured {
  readonly ok: false
  readonly code: CaptureFailureCode
  readonly message: string
  /** What there is all the same: attached, and on disk where it can be. */
  readonly artifacts: readonly CapturedArtifact[]
  readonly summary?: InspectorSummary
  readonly metrics?: ExportMetrics
}

/**
 * Never fails the test: where there is nothing to capture the result says why, and so does a note on the test.
 *
 * @example
 * const captured = await captureInspectorTelemetry(page, testInfo, { formats: ['json', 'csv'] })
 * @throws {TelemetryTestError} `bad_option`
 */
export async function captureInspectorTelemetry(
  page: Page,
  testInfo: TestInfo,
  options: CaptureOptions = {},
): Promise<Captured | NotCaptured> {
  const result = await capture(page, testInfo, options)
  if (!result.ok) noteProblem(testInfo, result)
  return result
}

/** The same without the note. */
export async function capture(
  page: Page,
  testInfo: TestInfo,
  options: CaptureOptions,
): Promise<Captured | NotCaptured> {
  const { formats, prefix } = options
  const timeoutMs = timeoutOf(testInfo, options)
  const context = { ...factsOf(testInfo), ...options.context }
  const request = { ...(formats && { formats }), ...(prefix !== undefined && { prefix }), context }
  const asked = await askPage(page, request, timeoutMs)
  if (!asked.ok) return { ...asked, artifacts: [] }

  const { summary, artifacts: given, faults } = asked.value
  const { artifacts, metrics, problems } = await keepArtifacts(testInfo, given, context, options, timeoutMs)
  const all: readonly Problem[] = [...exportProblems(faults, given.length), ...problems]
  const [problem] = all
  if (problem === undefined && summary !== undefined) return { ok: true, summary, artifacts, metrics }
  const message = all.map((each) => each.message).join('; ')
  return { ok: false, code: problem?.code ?? 'bad_export', message, artifacts, metrics, ...(summary && { summary }) }
}

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

function exportProblems([first, ...more]: readonly string[], kept: number): readonly Problem[] {
  if (first === undefined) return []
  const rest = more.length > 0 ? `, and ${more.length} more` : ''
  const message = `${first}${rest}${kept > 0 ? `; ${count(kept, 'artifact')} kept` : ''}`
  return [{ code: 'bad_export', message }]
}
