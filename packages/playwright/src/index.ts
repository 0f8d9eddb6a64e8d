/** Playwright fixtures for web games: a collector a worker, inspector artifacts on every test, matchers. */

export type { CapturedArtifact } from './capture/attach-artifacts.ts'
export {
  type Captured,
  type CaptureOptions,
  captureDefaults,
  captureInspectorTelemetry,
  type NotCaptured,
} from './capture/capture-inspector-telemetry.ts'
export type { CaptureMode, CaptureWhen } from './capture/on-end.ts'
export type { AdapterPort } from './capture/write-artifacts.ts'
export type { TelemetryExpect, TelemetryMatchers } from './create-expect.ts'
export {
  createTest,
  type TelemetryFixtures,
  type TelemetryTest,
  type TelemetryTestOptions,
  type TelemetryWorkerFixtures,
  type TelemetryWorkerOptions,
} from './create-test.ts'
export type { PageConfig } from './environment.ts'
export { type CaptureFailureCode, TelemetryTestError, type TelemetryTestErrorCode } from './errors.ts'
export type { CaptureInspector } from './fixtures.ts'
export { matcherDefaults, type PayloadPattern } from './matchers/matcher.ts'
export { type ReceivedEvent, type Telemetry, telemetryDefaults, type WaitOptions } from './telemetry.ts'
export { expect, test } from './untyped.ts'
