/** Exports Playwright fixtures for web games: a collector a worker, inspector artifacts on every test, matchers. */

export type { CapturedArtifact } from './capture/attach-artifacts.ts'
export {
  type Captured,
  captureInspectorTelemetry,
  type NotCaptured,
} from './capture/capture-inspector-telemetry.ts'
export type { CaptureMode, CaptureWhen } from './capture/capture-on-end.ts'
export { type CaptureOptions, captureDefaults } from './capture/capture-options.ts'
export type { AdapterPort } from './capture/write-artifacts.ts'
export { type CaptureFailureCode, TelemetryTestError, type TelemetryTestErrorCode } from './errors.ts'
export {
  createTest,
  expect,
  type TelemetryFixtures,
  type TelemetryTest,
  type TelemetryTestOptions,
  type TelemetryWorkerFixtures,
  type TelemetryWorkerOptions,
  test,
} from './fixtures.ts'
export type { PayloadPattern, TelemetryExpect, TelemetryMatchers } from './matchers.ts'
export type { PageConfig } from './page-scripts.ts'
export type { CaptureInspector } from './set-up-fixtures.ts'
export type { ReceivedEvent, TestTelemetry } from './test-telemetry.ts'
export { matcherDefaults, type WaitOptions, waitDefaults } from './wait-options.ts'
