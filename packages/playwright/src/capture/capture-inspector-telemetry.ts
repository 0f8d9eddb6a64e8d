/** Takes a game's inspector artifacts out of its page: attached to the test, and written below its output folder. */
import type { EventPort, ExportFailure, ExportMetrics, InspectorSummary } from '@downlink/artifacts'
import { createNodeAdapter } from '@downlink/artifacts/node'
import type { Page, TestInfo } from '@playwright/test'
import { type CaptureFailureCode, TelemetryTestError } from '../errors.ts'
import { takeNames } from './artifact-names.ts'
import { askPage } from './ask-page.ts'
import { attachArtifacts, type CapturedArtifact } from './attach-artifacts.ts'
import { note } from './note.ts'
import { factsOf, folderOf } from './test-facts.ts'
import { type AdapterPort, writeAndTell, writeArtifacts } from './write-artifacts.ts'

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
  /** For the page's answer. @default 10000 */
  readonly timeoutMs?: number
}

export const captureDefaults = { timeoutMs: 10_000 as number }

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
  /** With `write_failed` all of them, for they are attached all the same; else none. */
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
  if (!result.ok) note(testInfo, `${result.message} (${result.code})`)
  return result
}

/** The same without the note. */
export async function capture(
  page: Page,
  testInfo: TestInfo,
  options: CaptureOptions,
): Promise<Captured | NotCaptured> {
  const { formats, prefix, adapter, eventBus, timeoutMs = captureDefaults.timeoutMs } = options
  if (!(Number.isSafeInteger(timeoutMs) && timeoutMs > 0)) {
    throw new TelemetryTestError(
      'bad_option',
      `Expected \`timeoutMs\` to be a whole number from 1 up, got ${timeoutMs}`,
    )
  }
  const context = { ...factsOf(testInfo), ...options.context }
  const request = { ...(formats && { formats }), ...(prefix !== undefined && { prefix }), context }
  const asked = await askPage(page, request, timeoutMs)
  if (!asked.ok) return { ...asked, artifacts: [] }

  const { summary } = asked.value
  const names = takeNames(testInfo, asked.value.artifacts)
  const artifacts = asked.value.artifacts.map((artifact, at) => ({ ...artifact, filename: names[at] ?? '' }))
  const metrics =
    adapter && eventBus
      ? await writeAndTell(adapter, artifacts, context, eventBus)
      : await writeArtifacts(adapter ?? fileAdapter(testInfo, options), artifacts, context)
  const captured = await attachArtifacts(testInfo, artifacts, metrics.written)
  const [failure] = metrics.failures
  if (failure === undefined) return { ok: true, summary, artifacts: captured, metrics }
  const message = messageOf(failure, metrics.failures.length)
  return { ok: false, code: 'write_failed', message, summary, artifacts: captured, metrics }
}

function fileAdapter(testInfo: TestInfo, { artifactRoot, eventBus }: CaptureOptions): AdapterPort {
  return createNodeAdapter({
    writers: [{ artifactRoot: folderOf(testInfo, artifactRoot) }],
    eventBus,
    // What fails is in the metrics, and from there in the note.
    logger: { warn() {} },
  })
}

function messageOf({ filename, code, message }: ExportFailure, failures: number): string {
  const more = failures > 1 ? `, and ${failures - 1} more` : ''
  return `Could not write ${JSON.stringify(filename)}: ${message} (${code})${more}`
}
