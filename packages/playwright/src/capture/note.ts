/** A note on a test: an annotation, which every report shows. */
import type { TestInfo } from '@playwright/test'

export function note({ annotations }: Pick<TestInfo, 'annotations'>, description: string): void {
  annotations.push({ type: 'inspector telemetry', description })
}
