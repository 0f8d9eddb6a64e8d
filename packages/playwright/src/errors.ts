/** Names what goes wrong in a test, each with a code, and notes on the test what could not be captured. */
import type { TestInfo } from '@playwright/test'

/** Thrown: misuse, and a wait that was in vain. */
export type TelemetryTestErrorCode =
  /** An option is out of its range, or of the wrong type. */
  | 'bad_option'
  /** `waitFor`: no such event came in time. The message has the nearest misses. */
  | 'not_received'

export class TelemetryTestError extends Error {
  override readonly name = 'TelemetryTestError'
  readonly code: TelemetryTestErrorCode

  constructor(code: TelemetryTestErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** Returned by `captureInspectorTelemetry`, and noted on the test: why there is nothing, or not all of it. */
export type CaptureFailureCode =
  /** The page has no `globalThis.downlink.exportInspectorSummary`. */
  | 'no_inspector'
  /** The page, its context or its browser was closed. */
  | 'page_closed'
  | 'page_crashed'
  /** The page kept going elsewhere while it was asked. */
  | 'page_navigated'
  /** The page's export threw. */
  | 'export_failed'
  /** The page did not answer in time: its export hangs, its main thread is busy, or a dialog is open. */
  | 'export_timeout'
  /** The page's export resolved to something else than `{ summary, artifacts, metrics }`. What can be is kept. */
  | 'bad_export'
  /** Some artifact could not be written. Those that have content are attached all the same. */
  | 'write_failed'
  /** Playwright refused an attachment. The files are there all the same. */
  | 'attach_failed'

/** What kept something from being captured. */
export interface Problem {
  readonly code: CaptureFailureCode
  readonly message: string
}

export function note({ annotations }: Pick<TestInfo, 'annotations'>, description: string): void {
  annotations.push({ type: 'inspector telemetry', description })
}

export function noteProblem(testInfo: Pick<TestInfo, 'annotations'>, { code, message }: Problem): void {
  note(testInfo, `${message} (${code})`)
}
