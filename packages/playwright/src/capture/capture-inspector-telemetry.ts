/** Takes a game's inspector artifacts out of its page: written below the test's output folder, and attached to it. */

import type { ExportMetrics, InspectorSummary } from '@downlink/artifacts'
import type { Page, TestInfo } from '@playwright/test'
import { type CaptureFailureCode, noteProblem, type Problem } from '../errors.ts'
import { count } from '../received/print.ts'
import { askPage } from './ask-page.ts'
import type { CapturedArtifact } from './attach-artifacts.ts'
import { type CaptureOptions, timeoutOf } from './capture-options.ts'
import { keepArtifacts } from './keep-artifacts.ts'
import { factsOf } from './test-facts.ts'

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

function exportProblems([first, ...more]: readonly string[], kept: number): readonly Problem[] {
  if (first === undefined) return []
  const rest = more.length > 0 ? `, and ${more.length} more` : ''
  const message = `${first}${rest}${kept > 0 ? `; ${count(kept, 'artifact')} kept` : ''}`
  return [{ code: 'bad_export', message }]
}
