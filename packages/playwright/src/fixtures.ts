/** Declares the fixtures, a collector a worker and `telemetry` a test, and creates Playwright's `test` with them. */

import type { CollectorPage } from '@downlink/collector'
import type { EventDefinitions, EventMap } from '@downlink/protocol'
import { test as base, type TestType } from '@playwright/test'
import type { CaptureMode } from './capture/capture-on-end.ts'
import type { WorkerCollector } from './collector/worker-collector.ts'
import { createExpect, type TelemetryExpect } from './matchers.ts'
import type { PageConfig } from './page-scripts.ts'
import {
  type CaptureInspector,
  captureFixture,
  collectorFixture,
  contextFixture,
  endFixture,
  type TelemetryEnd,
} from './set-up-fixtures.ts'
import type { TestTelemetry } from './test-telemetry.ts'

/** Each is a fixture of `use` in the configuration, or of `test.use`. */
export interface TelemetryWorkerOptions {
  /** What the collector validates against. @default what `createTest` was given; else everything is accepted */
  telemetryEvents: EventDefinitions | undefined
  /** Pages that the collector serves, by path, such as a built game; folders from where the configuration is. @default none */
  telemetryPages: Readonly<Record<string, CollectorPage>>
  /** A write key that pages have to show; they are given it. @default none */
  telemetryKey: string | undefined
}

export interface TelemetryTestOptions {
  /** Overrides what pages find as `downlinkConfig`, for one: `{ enabled: false }`. @default {} */
  telemetryConfig: PageConfig
  /** When the artifacts of the test's pages, its events and its ledgers are attached to it. @default 'on-failure' */
  telemetryCapture: CaptureMode
}

type BaseFixtures =
  typeof base extends TestType<infer Fixtures, infer WorkerFixtures> ? [Fixtures, WorkerFixtures] : never

export interface TelemetryFixtures<Events extends object> extends TelemetryTestOptions {
  telemetry: TestTelemetry<Events>
  /** Takes the inspector artifacts out of `page`: see `captureInspectorTelemetry`. */
  captureInspector: CaptureInspector
  /** Of no use to a test. */
  telemetryEnd: TelemetryEnd
}

export interface TelemetryWorkerFixtures extends TelemetryWorkerOptions {
  telemetryCollector: WorkerCollector
}

export interface TelemetryTest<Events extends object> {
  readonly test: TestType<BaseFixtures[0] & TelemetryFixtures<Events>, BaseFixtures[1] & TelemetryWorkerFixtures>
  readonly expect: TelemetryExpect<Events>
}

/**
 * `test` and `expect` for a game's events.
 *
 * @example export const { test, expect } = createTest({ events: battleEvents })
 */
export function createTest<Events extends object = EventMap>({
  events,
}: {
  readonly events?: EventDefinitions<Events>
} = {}): TelemetryTest<Events> {
  const test = base.extend<TelemetryFixtures<Events>, TelemetryWorkerFixtures>({
    telemetryEvents: [events, { option: true, scope: 'worker' }],
    telemetryPages: [{}, { option: true, scope: 'worker' }],
    telemetryKey: [undefined, { option: true, scope: 'worker' }],
    telemetryConfig: [{}, { option: true }],
    telemetryCapture: ['on-failure', { option: true }],

    telemetryCollector: [collectorFixture, { scope: 'worker', box: true }],
    telemetryEnd: [endFixture, { box: true }],
    telemetry: ({ telemetryEnd }, use) => use(telemetryEnd.telemetry as TestTelemetry<Events>),
    captureInspector: captureFixture,
    context: contextFixture,
  })
  return { test, expect: createExpect<Events>() }
}

/** For any event; where a game has definitions, `createTest({ events })` binds them. */
const untyped = createTest()

export const test: TelemetryTest<EventMap>['test'] = untyped.test

export const expect: TelemetryTest<EventMap>['expect'] = untyped.expect
