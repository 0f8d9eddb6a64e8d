/** Playwright's `test` with the fixtures: a collector a worker, `telemetry` a test, capture when a test fails. */
import type { CollectorPage } from '@downlink/collector'
import type { EventDefinitions, EventMap } from '@downlink/protocol'
import { type BrowserContext, test as base, type TestType } from '@playwright/test'
import { type CaptureMode, type EndOfTest, watchEnd } from './capture/on-end.ts'
import { createExpect, type TelemetryExpect } from './create-expect.ts'
import type { PageConfig } from './environment.ts'
import { openStation, type Station } from './station/station.ts'
import { openTelemetry, type Telemetry } from './telemetry.ts'

/** Each is a fixture of `use` in the configuration, or of `test.use`. */
export interface TelemetryWorkerOptions {
  /** What the collector validates against. @default what `createTest` was given; else everything is accepted */
  telemetryEvents: EventDefinitions | undefined
  /** Pages that the collector serves, by path, such as a built game. @default none */
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

export interface TelemetryFixtures<Events extends EventMap> extends TelemetryTestOptions {
  telemetry: Telemetry<Events>
  /** Of no use to a test. */
  telemetryEnd: TelemetryEnd
}

export interface TelemetryEnd extends EndOfTest {
  readonly telemetry: Telemetry
}

export interface TelemetryWorkerFixtures extends TelemetryWorkerOptions {
  telemetryStation: Station
}

export interface TelemetryTest<Events extends EventMap> {
  readonly test: TestType<BaseFixtures[0] & TelemetryFixtures<Events>, BaseFixtures[1] & TelemetryWorkerFixtures>
  readonly expect: TelemetryExpect<Events>
}

/**
 * `test` and `expect` for a game's events.
 *
 * @example export const { test, expect } = createTest({ events: battleEvents })
 */
export function createTest<Events extends EventMap = EventMap>({
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

    telemetryStation: [
      async ({ telemetryEvents, telemetryPages, telemetryKey }, use) => {
        const station = await openStation({ events: telemetryEvents, pages: telemetryPages, key: telemetryKey })
        try {
          await use(station)
        } finally {
          await station.close()
        }
      },
      { scope: 'worker', box: true },
    ],

    telemetryEnd: [
      async ({ telemetryStation, telemetryKey, telemetryConfig, telemetryCapture }, use, testInfo) => {
        const contexts: BrowserContext[] = []
        const config = { ...(telemetryKey !== undefined && { key: telemetryKey }), ...telemetryConfig }
        const { telemetry, close } = await openTelemetry(telemetryStation, config, (context) => contexts.push(context))
        const end = watchEnd(testInfo, telemetry, telemetryCapture)
        await use({ telemetry, ...end })
        // Those that the test has opened by itself.
        for (const context of contexts) await end.ofContext(context)
        await end.ofTelemetry()
        await close()
      },
      { box: true },
    ],

    telemetry: ({ telemetryEnd }, use) => use(telemetryEnd.telemetry as Telemetry<Events>),

    // It asks for telemetry, and so ends before it does.
    async context({ context, telemetryEnd }, use) {
      await telemetryEnd.telemetry.join(context)
      await use(context)
      await telemetryEnd.ofContext(context)
    },
  })
  return { test, expect: createExpect<Events>() }
}
