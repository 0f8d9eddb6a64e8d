/** The fixtures' lives with a real collector; pages are played by hand. */

import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { type BrowserContext, type Page, test as playwrightTest, type TestInfo } from '@playwright/test'
import { expect, it, onTestFinished, vi } from 'vitest'
import type { WorkerCollector } from '../src/collector/worker-collector.ts'
import { expect as telemetryExpect, test } from '../src/fixtures.ts'
import {
  type CaptureInspector,
  type CollectorNeeds,
  captureFixture,
  collectorFixture,
  contextFixture,
  endFixture,
  type TelemetryEnd,
} from '../src/set-up-fixtures.ts'
import { aPage, aTest } from '../src/test-doubles.ts'
import { openTelemetry } from '../src/test-telemetry.ts'

/** As a worker whose configuration stands in the package's folder. */
const worker = { config: { configFile: join(import.meta.dirname, '..', 'playwright.config.ts') } }

const needs: CollectorNeeds = { telemetryEvents: undefined, telemetryPages: {}, telemetryKey: undefined }

/** Sets a fixture up; the test's end takes it down. */
function begin<Value>(fixture: (use: (value: Value) => Promise<void>) => Promise<void>) {
  return new Promise<{ value: Value; end: () => Promise<void> }>((resolve, reject) => {
    let release = () => {}
    const released = new Promise<void>((done) => {
      release = done
    })
    const over = fixture((value) => {
      resolve({ value, end: () => end() })
      return released
    })
    const end = () => {
      release()
      return over
    }
    over.catch(reject)
    onTestFinished(() => end().catch(() => {}))
  })
}

const aCollector = async (over: Partial<CollectorNeeds> = {}): Promise<WorkerCollector> =>
  (await begin<WorkerCollector>((use) => collectorFixture({ ...needs, ...over }, use, worker))).value

const aTelemetry = async (collector: WorkerCollector) => {
  const opened = await openTelemetry(collector, {}, () => {})
  onTestFinished(opened.close)
  return opened
}

const post = (url: string | undefined, events: readonly unknown[]) =>
  fetch(String(url).replace(/^ws/, 'http'), { method: 'POST', body: JSON.stringify(events) })

const plain = (type: string, data: unknown = {}) => ({ type, data })

/** A WebSocket that says nothing. */
function anUpgrade(url: string | undefined): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const headers = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    }
    const request = httpRequest(String(url).replace(/^ws/, 'http'), { headers })
    request.once('upgrade', (_response, socket) => {
      onTestFinished(() => void socket.destroy())
      resolve(socket as Socket)
    })
    request.once('error', reject).end()
  })
}

it('receives what is sent to the address of the test', async () => {
  const { telemetry } = await aTelemetry(await aCollector())
  expect(telemetry.config).toEqual({
    url: expect.stringMatching(/^ws:\/\/127\.0\.0\.1:\d+\/telemetry\?test=/),
    enabled: true,
  })
  const waiting = telemetry.waitFor('b', ({ data }) => (data as { n: number }).n === 2)
  await post(telemetry.config.url, [plain('a'), plain('b', { n: 1 }), plain('b', { n: 2 }), plain('')])
  expect(await waiting).toMatchObject({ type: 'b', data: { n: 2 }, seq: 3 })
  expect(telemetry.accepted().map(({ type }) => type)).toEqual(['a', 'b', 'b'])
  expect(telemetry.accepted('b')).toHaveLength(2)
  expect(telemetry.rejected()).toMatchObject([{ code: 'bad_event' }])
  expect(await telemetry.ledger()).toMatchObject([{ pushed: 4, stored: 3, rejected: { bad_event: 1 } }])
  expect(await telemetry.query('SELECT count(*)::INT FROM events')).toMatchObject({ rows: [[3]] })
  expect(await telemetry.until(() => telemetry.accepted('a')[0])).toMatchObject({ type: 'a' })
  telemetry.reset()
  expect([...telemetry.accepted(), ...telemetry.rejected()]).toEqual([])
  const afresh = telemetry.waitFor('a')
  await post(telemetry.config.url, [plain('a')])
  expect(await afresh).toMatchObject({ type: 'a' })
})

it('says what came instead of what was waited for', async () => {
  const { telemetry } = await aTelemetry(await aCollector())
  await post(telemetry.config.url, [plain('a')])
  await expect(telemetry.waitFor('b', undefined, { timeout: 1 })).rejects.toMatchObject({
    code: 'not_received',
    message: 'Expected a b within 1 ms\nReceived: 1 event: a × 1',
  })
  await expect(telemetry.waitFor('a', ({ seq }) => seq > 1, { timeout: 1 })).rejects.toThrow(
    'Expected a a that fits the predicate within 1 ms\nReceived: 1 event: a × 1\nNearest of 1:\n  a #1 {}',
  )
})

it('lets in nothing of an earlier test, and cuts off what is open', async () => {
  const collector = await aCollector()
  const first = await aTelemetry(collector)
  const { url } = first.telemetry.config
  const socket = await anUpgrade(url)
  const closed = new Promise((resolve) => socket.once('close', resolve))
  await post(url, [plain('early')])
  await first.close()
  await closed
  expect((await post(url, [plain('between')])).status).toBe(410)

  const { telemetry } = await aTelemetry(collector)
  expect((await post(url, [plain('late')])).status).toBe(410)
  await expect(anUpgrade(url)).rejects.toThrow()
  expect((await post(telemetry.config.url, [plain('own')])).status).toBe(200)
  await telemetry.waitFor('own')
  expect(telemetry.accepted().map(({ type }) => type)).toEqual(['own'])
  expect(await telemetry.ledger()).toHaveLength(1)
  expect(await telemetry.evidence()).toMatchObject({ attempts: 1, refused: 2 })
  expect((await telemetry.query('SELECT type FROM events ORDER BY type')).rows).toEqual([['early'], ['own']])
})

it.each([-3_600_000, 3_600_000])('receives whatever the clock says, also when it steps by %i ms', async (stepMs) => {
  const collector = await aCollector()
  const first = await aTelemetry(collector)
  await post(first.telemetry.config.url, [plain('early')])
  await first.close()
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + stepMs })
  onTestFinished(() => void vi.useRealTimers())
  const { telemetry } = await aTelemetry(collector)
  await post(telemetry.config.url, [plain('own')])
  expect(await telemetry.waitFor('own')).toMatchObject({ type: 'own' })
  expect(telemetry.accepted().map(({ type }) => type)).toEqual(['own'])
  expect(await telemetry.ledger()).toMatchObject([{ pushed: 1, stored: 1 }])
})

it('receives nothing late of an earlier test: what was taken before is stored before', async () => {
  const collector = await aCollector()
  const first = await aTelemetry(collector)
  // Its answer would come after the commit; the test ends before.
  const early = post(first.telemetry.config.url, [plain('early')]).catch(() => {})
  await vi.waitFor(() => expect(collector.attempts).toBe(1))
  await first.close()
  const { telemetry } = await aTelemetry(collector)
  await early
  await post(telemetry.config.url, [plain('own')])
  await telemetry.waitFor('own')
  expect(telemetry.accepted().map(({ type }) => type)).toEqual(['own'])
  expect(await telemetry.ledger()).toHaveLength(1)
})

it('serves pages, validates events and asks for a key', async () => {
  const schema = {
    '~standard': { version: 1, vendor: 'test', validate: () => ({ issues: [{ message: 'no' }] }) },
  } as const
  const collector = await aCollector({
    telemetryEvents: { schemas: { a: schema } },
    telemetryPages: { '/src': { folder: import.meta.dirname } },
    telemetryKey: 'sesame',
  })
  expect((await fetch(`${collector.url}/src/fixtures.test.ts`)).status).toBe(200)
  const { telemetry } = await aTelemetry(collector)
  expect((await post(telemetry.config.url, [plain('a')])).status).toBe(401)
  expect((await post(`${telemetry.config.url}&key=sesame`, [plain('a')])).status).toBe(200)
  await vi.waitFor(() => expect(telemetry.rejected()).toMatchObject([{ code: 'invalid_payload' }]))
})

it('finds the folders of pages from the configuration, or from where it was started', async () => {
  const collector = await aCollector({ telemetryPages: { '/t': { folder: 'test' } } })
  expect((await fetch(`${collector.url}/t/fixtures.test.ts`)).status).toBe(200)
  const folder = relative('.', import.meta.dirname)
  const other = await begin<WorkerCollector>((use) =>
    collectorFixture({ ...needs, telemetryPages: { '/t': { folder } } }, use, { config: {} }),
  )
  expect((await fetch(`${other.value.url}/t/fixtures.test.ts`)).status).toBe(200)
})

it('takes its folder with it, also where the worker fails', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'downlink-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  for (const name of ['TMPDIR', 'TEMP', 'TMP']) vi.stubEnv(name, folder)
  onTestFinished(() => void vi.unstubAllEnvs())
  const failing = collectorFixture(
    needs,
    async () => {
      expect(await readdir(folder)).not.toEqual([])
      throw new Error('the worker failed')
    },
    worker,
  )
  await expect(failing).rejects.toThrow('the worker failed')
  expect(await readdir(folder)).toEqual([])
})

function aContext(over: Partial<BrowserContext> = {}) {
  const scripts: unknown[] = []
  const context = {
    browser: () => null,
    on: () => {},
    addInitScript: async (_script: unknown, argument: unknown) => void scripts.push(argument),
    pages: () => [],
    ...over,
  } as unknown as BrowserContext
  return { context, scripts }
}

const anEnd = async (collector: WorkerCollector, test: TestInfo, when: 'always' | 'never' = 'never') =>
  begin<TelemetryEnd>((use) =>
    endFixture(
      {
        telemetryCollector: collector,
        telemetryKey: 'k',
        telemetryConfig: { enabled: false },
        telemetryCapture: when,
      },
      use,
      test,
    ),
  )

it('makes the collector known to a context before the test, and asks its pages after it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'downlink-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const info = aTest({ status: 'failed', folder })
  const { value: telemetryEnd, end } = await anEnd(await aCollector(), info, 'always')
  const { context, scripts } = aContext()
  const mine = await begin<BrowserContext>((use) => contextFixture({ context, telemetryEnd }, use))
  expect(scripts).toEqual([{ url: expect.stringContaining('?test='), key: 'k', enabled: false }])
  await post(telemetryEnd.telemetry.config.url, [plain('a')])
  await mine.end()
  expect(info.attachments.map(({ name }) => name)).toEqual(['telemetry-events.ndjson', 'telemetry-ledger.json'])
  const other = aContext()
  await telemetryEnd.telemetry.instrument(other.context)
  expect(other.scripts).toHaveLength(1)
  await end()
  expect(info.attachments).toHaveLength(2)
})

it('captures the page of the test', async () => {
  const info = aTest()
  const capture = await begin<CaptureInspector>((use) => captureFixture({ page: aPage() as Page }, use, info))
  expect(await capture.value({ prefix: 'mine' })).toMatchObject({ ok: false, code: 'no_inspector' })
  expect(info.annotations).toHaveLength(1)
})

it('makes a test and an expect of its own', () => {
  expect(test).not.toBe(playwrightTest)
  const matchers = telemetryExpect(telemetryExpect as never)
  expect(matchers).toMatchObject({ toHaveReceived: expect.any(Function), toBeBalanced: expect.any(Function) })
})
