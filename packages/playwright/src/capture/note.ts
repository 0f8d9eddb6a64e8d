/** A note on a test: an annotation, which every report shows. */
import type { TestInfo } from '@playwright/test'
import type { CaptureFailureCode } from '../errors.ts'

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
