import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContext, Page, TestInfo } from '@playwright/test'
import { beforeEach, expect, it, vi } from 'vitest'
import { aPage, aTelemetry, aTest, event, evidence, ledger } from '../test-doubles.ts'
import { type CaptureMode, captureOnEnd } from './capture-on-end.ts'

const scope = globalThis as { downlink?: unknown }
const artifact = { section: 's', filename: 'a.json', mimeType: 'application/json', content: '{}\n' }

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'downlink-end-'))
  return async () => {
    vi.useRealTimers()
    delete scope.downlink
    await rm(folder, { recursive: true, force: true })
  }
})

const failed = { status: 'failed' } as const
const aFailed = (over: Partial<TestInfo> = {}) => aTest({ ...failed, folder, ...over })
const contextOf = (...pages: unknown[]) => ({ pages: () => pages as Page[] }) as BrowserContext
const names = (test: ReturnType<typeof aTest>) => test.attachments.map(({ name }) => name)

/** Writes nothing: only attachments are looked at. */
const adapter = {
  writeArtifacts: async () => ({ attempted: 0, written: [], failures: [], writerSummaries: [], durationMs: 0 }),
}

function anEnd(test = aFailed(), when: 'always' | 'on-failure' | 'never' = 'on-failure') {
  scope.downlink = { exportInspectorSummary: () => ({ summary: {}, artifacts: [artifact] }) }
  const { telemetry } = aTelemetry({ events: [event('a', 1)], ledgers: [ledger()] })
  return { test, telemetry, end: captureOnEnd(test, telemetry, { when, adapter }) }
}

it('attaches events, ledgers and artifacts of a test that failed, once', async () => {
  const { test, end } = anEnd()
  const context = contextOf(aPage(), aPage())
  await end.ofContext(context)
  await end.ofContext(context)
  await end.ofTelemetry()
  expect(names(test).toSorted()).toEqual(['a-2.json', 'a.json', 'telemetry-events.ndjson', 'telemetry-ledger.json'])
  for (const { name, path } of test.attachments) expect(path).toBe(join(test.outputDir, 'inspector', name))
  const textOf = (name: string) => readFile(join(test.outputDir, 'inspector', name), 'utf8')
  const [events, ledgers] = await Promise.all(['telemetry-events.ndjson', 'telemetry-ledger.json'].map(textOf))
  expect(JSON.parse(events ?? '')).toMatchObject({ type: 'a', data: 1 })
  expect(JSON.parse(ledgers ?? '')).toMatchObject([{ pushed: 3, balanced: true }])
})

it.each([
  [{}, 'on-failure', 0],
  [{ status: 'timedOut' }, 'on-failure', 3],
  [{ status: 'failed', expectedStatus: 'failed' }, 'on-failure', 0],
  [{}, 'always', 3],
  [failed, 'never', 0],
] as const)('captures when it is told to (%#)', async (over, when, attachments) => {
  const test = aTest({ folder, ...over })
  const { end } = anEnd(test, when)
  await end.ofContext(contextOf(aPage()))
  await end.ofTelemetry()
  expect(test.attachments).toHaveLength(attachments)
})

it('takes the word alone', async () => {
  const test = aTest({ folder })
  await captureOnEnd(
    test,
    aTelemetry({ events: [event('a', 1)] }).telemetry,
    'always' satisfies CaptureMode,
  ).ofTelemetry()
  expect(names(test)).toEqual(['telemetry-events.ndjson'])
})

it('attaches nothing empty, and says nothing of a page without a game', async () => {
  const { test } = anEnd()
  delete scope.downlink
  const end = captureOnEnd(test, aTelemetry(evidence()).telemetry, 'on-failure')
  await end.ofContext(contextOf(aPage()))
  expect([...test.attachments, ...test.annotations]).toEqual([])
})

it('notes what keeps it from capturing', async () => {
  const { test, end } = anEnd()
  await end.ofContext(contextOf(aPage({ evaluate: () => Promise.reject(new Error('Target crashed')) })))
  expect(test.annotations).toMatchObject([{ description: 'Target crashed (page_crashed)' }])
  for (const error of [new Error('no store'), 'no store']) {
    const telemetry = { ...aTelemetry().telemetry, ledger: () => Promise.reject(error) }
    await captureOnEnd(test, telemetry, 'always').ofTelemetry()
  }
  expect(test.annotations.slice(1)).toMatchObject([
    { description: 'Telemetry was not captured: no store' },
    { description: 'Telemetry was not captured: no store' },
  ])
})

it('asks pages that hang together, so that they end in the time of one, and keeps what is known', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const { test, end } = anEnd(aFailed({ timeout: 30_000 }))
  let asked = 0
  const hung = () =>
    aPage({
      evaluate: (() => {
        asked++
        return new Promise(() => {})
      }) as never,
    })
  const over = end.ofContext(contextOf(hung(), hung(), aPage()))
  await vi.waitFor(() => expect(names(test)).toContain('a.json'))
  expect(asked).toBe(2)
  await vi.advanceTimersByTimeAsync(10_000)
  await over
  expect(names(test)).toEqual(['telemetry-events.ndjson', 'telemetry-ledger.json', 'a.json'])
  const description = expect.stringMatching(/did not answer within 10000 ms.*\(export_timeout\)$/)
  expect(test.annotations).toMatchObject([{ description }, { description }])
})

it('attaches the content where there can be no file, and says so', async () => {
  await writeFile(join(folder, 'a-test-chromium-retry1'), 'in the way')
  const { test, telemetry } = anEnd()
  await captureOnEnd(test, telemetry, 'on-failure').ofTelemetry()
  expect(test.attachments.map(({ name, body }) => [name, body !== undefined])).toEqual([
    ['telemetry-events.ndjson', true],
    ['telemetry-ledger.json', true],
  ])
  expect(test.annotations).toMatchObject([
    { description: expect.stringMatching(/^Could not write .*\(write_failed\)$/) },
  ])
})

it('knows no other word', () => {
  const { telemetry } = aTelemetry()
  expect(() => captureOnEnd(aFailed(), telemetry, 'onFailure' as CaptureMode)).toThrow(
    'Expected `telemetryCapture` to be "always", "on-failure" or "never", got "onFailure"',
  )
})
