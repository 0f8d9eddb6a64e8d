/** Sets the fixtures up before a test and ends them after it. Playwright reads what they need off their parameters. */
import { dirname, resolve } from 'node:path'
import type { CollectorPage } from '@downlink/collector'
import type { BrowserContext, Page, TestInfo, WorkerInfo } from '@playwright/test'
import { type Captured, captureInspectorTelemetry, type NotCaptured } from './capture/capture-inspector-telemetry.ts'
import { type CaptureMode, captureOnEnd, type EndCapture } from './capture/capture-on-end.ts'
import type { CaptureOptions } from './capture/capture-options.ts'
import { openWorkerCollector, type WorkerCollector, type WorkerCollectorOptions } from './collector/worker-collector.ts'
import type { PageConfig } from './page-scripts.ts'
import { openTelemetry, type TestTelemetry } from './test-telemetry.ts'

/** `telemetry`, and what is kept of it when its test ends. */
export interface TelemetryEnd extends EndCapture {
  readonly telemetry: TestTelemetry
}

type Use<Value> = (value: Value) => Promise<void>

export interface CollectorNeeds {
  readonly telemetryEvents: WorkerCollectorOptions['events']
  readonly telemetryPages: Readonly<Record<string, CollectorPage>>
  readonly telemetryKey: WorkerCollectorOptions['key']
}

export async function collectorFixture(
  { telemetryEvents, telemetryPages, telemetryKey }: CollectorNeeds,
  use: Use<WorkerCollector>,
  { config }: { readonly config: Pick<WorkerInfo['config'], 'configFile'> },
): Promise<void> {
  const pages = pagesFrom(telemetryPages, config.configFile === undefined ? '.' : dirname(config.configFile))
  const collector = await openWorkerCollector({ events: telemetryEvents, pages, key: telemetryKey })
  try {
    await use(collector)
  } finally {
    await collector.close()
  }
}

/** Folders are meant as Playwright means those of its configuration: from where the configuration is. */
function pagesFrom(pages: CollectorNeeds['telemetryPages'], base: string): CollectorNeeds['telemetryPages'] {
  const resolved = Object.entries(pages).map(([path, page]) => [path, { ...page, folder: resolve(base, page.folder) }])
  return Object.fromEntries(resolved)
}

export interface EndNeeds {
  readonly telemetryCollector: WorkerCollector
  readonly telemetryKey: string | undefined
  readonly telemetryConfig: PageConfig
  readonly telemetryCapture: CaptureMode
}

export async function endFixture(
  { telemetryCollector, telemetryKey, telemetryConfig, telemetryCapture }: EndNeeds,
  use: Use<TelemetryEnd>,
  testInfo: TestInfo,
): Promise<void> {
  const contexts: BrowserContext[] = []
  const config = { ...(telemetryKey !== undefined && { key: telemetryKey }), ...telemetryConfig }
  const { telemetry, close } = await openTelemetry(telemetryCollector, config, (context) => contexts.push(context))
  const end = captureOnEnd(testInfo, telemetry, telemetryCapture)
  try {
    await use({ telemetry, ...end })
    // Those that the test has opened by itself.
    for (const context of contexts) await end.ofContext(context)
    await end.ofTelemetry()
  } finally {
    await close()
  }
}

export interface ContextNeeds {
  readonly context: BrowserContext
  readonly telemetryEnd: TelemetryEnd
}

/** It asks for telemetry, and so ends before it does. */
export async function contextFixture({ context, telemetryEnd }: ContextNeeds, use: Use<BrowserContext>): Promise<void> {
  await telemetryEnd.telemetry.instrument(context)
  await use(context)
  await telemetryEnd.ofContext(context)
}

/** `captureInspectorTelemetry` for the test's own page. */
export type CaptureInspector = (options?: CaptureOptions) => Promise<Captured | NotCaptured>

export function captureFixture(
  { page }: { readonly page: Page },
  use: Use<CaptureInspector>,
  testInfo: TestInfo,
): Promise<void> {
  return use((options) => captureInspectorTelemetry(page, testInfo, options))
}
