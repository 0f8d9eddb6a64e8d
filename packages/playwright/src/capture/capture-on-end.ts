/** Captures what is kept of a test when it ends: the artifacts of its pages, its events, and the ledgers. */

import { messageOf } from '@downlink/protocol'
import type { BrowserContext, TestInfo } from '@playwright/test'
import { note, noteProblem, TelemetryTestError } from '../errors.ts'
import type { TestTelemetry } from '../test-telemetry.ts'
import { capture } from './capture-inspector-telemetry.ts'
import { type CaptureOptions, timeoutOf } from './capture-options.ts'
import { keepArtifacts } from './keep-artifacts.ts'
import type { PageArtifact } from './read-export.ts'

/** When to capture by itself; `always` and `on-failure` with options as an object. */
export type CaptureMode = CaptureWhen | (CaptureOptions & { readonly when: CaptureWhen })

export type CaptureWhen = 'always' | 'on-failure' | 'never'

const words: readonly unknown[] = ['always', 'on-failure', 'never'] satisfies readonly CaptureWhen[]

export interface EndCapture {
  /** Before a context closes, while its pages can be asked. Once for each. */
  ofContext(context: BrowserContext): Promise<void>
  /** Before telemetry closes. */
  ofTelemetry(): Promise<void>
}

/**
 * Neither of them ever rejects: a test must not fail for what is kept of it.
 *
 * @throws {TelemetryTestError} `bad_option`
 */
export function captureOnEnd(testInfo: TestInfo, telemetry: TestTelemetry, mode: CaptureMode): EndCapture {
  const { when, ...options } = typeof mode === 'string' ? { when: mode } : mode
  if (!words.includes(when)) {
    const got = JSON.stringify(when)
    const message = `Expected \`telemetryCapture\` to be "always", "on-failure" or "never", got ${got}`
    throw new TelemetryTestError('bad_option', message)
  }
  const seen = new Set<BrowserContext>()
  let recorded = false

  return {
    ofContext: (context) =>
      guarded(async () => {
        if (seen.has(context)) return
        seen.add(context)
        // First, for a page that closes takes its open sessions with it.
        await record()
        // Together: pages that hang must not each take their time.
        const results = await Promise.all(context.pages().map((page) => capture(page, testInfo, options)))
        for (const result of results) {
          // A page without a game is nothing to speak of; many tests have one.
          if (!result.ok && result.code !== 'no_inspector') noteProblem(testInfo, result)
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
      note(testInfo, `Telemetry was not captured: ${messageOf(error)}`)
    }
  }

  async function record(): Promise<void> {
    if (recorded) return
    recorded = true
    const ledgers = await telemetry.ledger()
    const files: readonly PageArtifact[] = [
      artifact('telemetry-events', 'ndjson', lines(telemetry.accepted())),
      artifact('telemetry-rejected', 'ndjson', lines(telemetry.rejected())),
      artifact('telemetry-ledger', 'json', ledgers.length > 0 ? `${JSON.stringify(ledgers, null, 2)}\n` : ''),
    ]
    const { artifactRoot } = options
    const content = files.filter((file) => file.content !== '')
    const kept = await keepArtifacts(testInfo, content, {}, { artifactRoot }, timeoutOf(testInfo, options))
    for (const problem of kept.problems) noteProblem(testInfo, problem)
  }
}

function artifact(section: string, extension: 'json' | 'ndjson', content: string): PageArtifact {
  const mimeType = extension === 'json' ? 'application/json' : 'application/x-ndjson'
  return { section, filename: `${section}.${extension}`, mimeType, content }
}

const lines = (entries: readonly unknown[]): string => entries.map((entry) => `${JSON.stringify(entry)}\n`).join('')
