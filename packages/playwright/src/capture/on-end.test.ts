import type { BrowserContext, Page } from '@playwright/test'
import { afterEach, expect, it } from 'vitest'
import { aPage, aTelemetry, aTest, event, evidence, ledger } from '../test-doubles.ts'
import { type CaptureMode, watchEnd } from './on-end.ts'

const scope = globalThis as { downlink?: unknown }
const artifact = { section: 's', filename: 'a.json', mimeType: 'application/json', content: '{}\n' }

afterEach(() => {
  delete scope.downlink
})

const failed = { status: 'failed' } as const
const contextOf = (...pages: unknown[]) => ({ pages: () => pages as Page[] }) as BrowserContext
const names = (test: ReturnType<typeof aTest>) => test.attachments.map(({ name }) => name)

/** Writes nothing: only attachments are looked at. */
const adapter = {
  writeArtifacts: async () => ({ attempted: 0, written: [], failures: [], writerSummaries: [], durationMs: 0 }),
}

function anEnd(test = aTest(failed), when: 'always' | 'on-failure' | 'never' = 'on-failure') {
  scope.downlink = { exportInspectorSummary: () => ({ summary: {}, artifacts: [artifact] }) }
  const { telemetry } = aTelemetry({ events: [event('a', 1)], ledgers: [ledger()] })
  return { test, telemetry, end: watchEnd(test, telemetry, { when, adapter }) }
}

it('attaches events, ledgers and artifacts of a test that failed, once', async () => {
  const { test, end } = anEnd()
  const context = contextOf(aPage(), aPage())
  await end.ofContext(context)
  await end.ofContext(context)
  await end.ofTelemetry()
  expect(names(test)).toEqual(['telemetry-events.ndjson', 'telemetry-ledger.json', 'a.json', 'a-2.json'])
  expect(JSON.parse(String(test.attachments[0]?.body))).toMatchObject({ type: 'a', data: 1 })
  expect(JSON.parse(String(test.attachments[1]?.body))).toMatchObject([{ pushed: 3, balanced: true }])
})

it.each([
  [aTest(), 'on-failure', 0],
  [aTest({ status: 'timedOut' }), 'on-failure', 3],
  [aTest({ status: 'failed', expectedStatus: 'failed' }), 'on-failure', 0],
  [aTest(), 'always', 3],
  [aTest(failed), 'never', 0],
] as const)('captures when it is told to (%#)', async (test, when, attachments) => {
  const { end } = anEnd(test, when)
  await end.ofContext(contextOf(aPage()))
  await end.ofTelemetry()
  expect(test.attachments).toHaveLength(attachments)
})

it('takes the word alone', async () => {
  const test = aTest()
  await watchEnd(test, aTelemetry({ events: [event('a', 1)] }).telemetry, 'always' satisfies CaptureMode).ofTelemetry()
  expect(names(test)).toEqual(['telemetry-events.ndjson'])
})

it('attaches nothing empty, and says nothing of a page without a game', async () => {
  const { test } = anEnd()
  delete scope.downlink
  const end = watchEnd(test, aTelemetry(evidence()).telemetry, 'on-failure')
  await end.ofContext(contextOf(aPage()))
  expect([...test.attachments, ...test.annotations]).toEqual([])
})

it('notes what keeps it from capturing', async () => {
  const { test, end } = anEnd()
  await end.ofContext(contextOf(aPage({ evaluate: () => Promise.reject(new Error('Target crashed')) })))
  expect(test.annotations).toMatchObject([{ description: 'Target crashed (page_crashed)' }])
  for (const error of [new Error('no store'), 'no store']) {
    const telemetry = { ...aTelemetry().telemetry, evidence: () => Promise.reject(error) }
    await watchEnd(test, telemetry, 'always').ofTelemetry()
  }
  expect(test.annotations.slice(1)).toMatchObject([
    { description: 'Telemetry was not captured: no store' },
    { description: 'Telemetry was not captured: no store' },
  ])
})
