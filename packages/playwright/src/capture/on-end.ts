/** What is kept of a test when it ends: the artifacts of its pages, what its telemetry came to, and the ledgers. */
import type { BrowserContext, TestInfo } from '@playwright/test'
import type { Telemetry } from '../telemetry.ts'
import { takeNames } from './artifact-names.ts'
import { type CaptureOptions, capture } from './capture-inspector-telemetry.ts'
import { note } from './note.ts'

/** When to capture by itself; `always` and `on-failure` with options as an object. */
export type CaptureMode = CaptureWhen | (CaptureOptions & { readonly when: CaptureWhen })

export type CaptureWhen = 'always' | 'on-failure' | 'never'

export interface EndOfTest {
  /** Before a context closes, while its pages can be asked. Once for each. */
  ofContext(context: BrowserContext): Promise<void>
  /** Before telemetry closes. */
  ofTelemetry(): Promise<void>
}

/** Neither of them ever rejects: a test must not fail for what is kept of it. */
export function watchEnd(testInfo: TestInfo, telemetry: Telemetry, mode: CaptureMode): EndOfTest {
  const { when, ...options } = typeof mode === 'string' ? { when: mode } : mode
  const seen = new Set<BrowserContext>()
  let recorded = false

  return {
    ofContext: (context) =>
      guarded(async () => {
        if (seen.has(context)) return
        seen.add(context)
        // First, for a page that closes takes its open sessions with it.
        await record()
        for (const page of context.pages()) {
          const result = await capture(page, testInfo, options)
          // A page without a game is nothing to speak of; many tests have one.
          if (!result.ok && result.code !== 'no_inspector') note(testInfo, `${result.message} (${result.code})`)
        }
      }),
    ofTelemetry: () => guarded(record),
  }

  async function guarded(work: () => Promise<void>): Promise<void> {
    const failed = testInfo.status !== testInfo.expectedStatus
    if (when === 'never' || (when === 'on-failure' && !failed)) return
    try {
      await work()
    } catch (error) {
      note(testInfo, `Telemetry was not captured: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  async function record(): Promise<void> {
    if (recorded) return
    recorded = true
    const { events, rejected, ledgers } = await telemetry.evidence()
    await attach('telemetry-events.ndjson', 'application/x-ndjson', lines(events))
    await attach('telemetry-rejected.ndjson', 'application/x-ndjson', lines(rejected))
    const isThere = ledgers.length > 0
    await attach('telemetry-ledger.json', 'application/json', isThere ? `${JSON.stringify(ledgers, null, 2)}\n` : '')
  }

  async function attach(filename: string, contentType: string, body: string): Promise<void> {
    if (body === '') return
    const [name = filename] = takeNames(testInfo, [{ filename }])
    await testInfo.attach(name, { body, contentType })
  }
}

const lines = (entries: readonly unknown[]): string => entries.map((entry) => `${JSON.stringify(entry)}\n`).join('')
