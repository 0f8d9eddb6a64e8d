import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MemoryTelemetryWriter, TelemetryArtifactWriterAdapter } from '@downlink/artifacts'
import { FileSystemTelemetryWriter } from '@downlink/artifacts/node'
import type { Page } from '@playwright/test'
import { beforeEach, expect, it } from 'vitest'
import { aPage, aTest } from '../test-doubles.ts'
import { captureInspectorTelemetry } from './capture-inspector-telemetry.ts'

const artifact = { section: 'summary', filename: 'a.json', mimeType: 'application/json', content: '{"a":1}\n' }
const scope = globalThis as { downlink?: unknown }

const anExport = (artifacts: readonly unknown[] = [artifact]) => ({
  exportInspectorSummary: async (request: unknown) => ({ summary: { request }, artifacts, metrics: {} }),
})

let folder: string

beforeEach(async () => {
  scope.downlink = anExport()
  folder = await mkdtemp(join(tmpdir(), 'downlink-capture-'))
  return async () => {
    delete scope.downlink
    await rm(folder, { recursive: true, force: true })
  }
})

const page = aPage() as Page

it('writes below the output folder, attaches by name, and says which test it is', async () => {
  const test = aTest({ folder })
  const captured = await captureInspectorTelemetry(page, test, {
    formats: ['json'],
    prefix: 'mine',
    context: { wave: 3 },
  })
  const path = join(folder, 'a-test-chromium-retry1', 'inspector', 'a.json')
  const context = { test: 'a group › a test', retry: 1, shard: '2/3', workerIndex: 4, wave: 3 }
  expect(captured).toMatchObject({
    ok: true,
    summary: { request: { formats: ['json'], prefix: 'mine', context } },
    artifacts: [{ ...artifact, path }],
    metrics: { attempted: 1, failures: [] },
  })
  expect(await readFile(path, 'utf8')).toBe(artifact.content)
  expect(test.attachments).toEqual([{ name: 'a.json', contentType: 'application/json', path }])
  expect(test.annotations).toEqual([])
})

it('gives the second capture of a test names of its own', async () => {
  const test = aTest({ folder })
  const captures = await Promise.all([captureInspectorTelemetry(page, test), captureInspectorTelemetry(page, test)])
  expect(captures.map(({ ok }) => ok)).toEqual([true, true])
  expect(test.attachments.map(({ name }) => name).sort()).toEqual(['a-2.json', 'a.json'])
})

it('writes to another root, in a folder of the test', async () => {
  const artifactRoot = join(folder, 'mine')
  const told: string[] = []
  const eventBus = { emit: (event: string) => void told.push(event) }
  const captured = await captureInspectorTelemetry(page, aTest({ folder }), { artifactRoot, eventBus })
  expect(captured.artifacts[0]?.path).toBe(join(artifactRoot, 'a-test-chromium-retry1', 'a.json'))
  expect(told).toEqual(['telemetry:artifacts_written'])
})

it("hands the artifacts to the caller's adapter, and makes files of them for who uploads those of the test", async () => {
  const test = aTest({ folder })
  const memory = new MemoryTelemetryWriter()
  const told: string[] = []
  const eventBus = { emit: (event: string) => void told.push(event) }
  const adapter = new TelemetryArtifactWriterAdapter({ writers: [memory] })
  const path = join(folder, 'a-test-chromium-retry1', 'inspector', 'a.json')
  expect(await captureInspectorTelemetry(page, test, { adapter, eventBus })).toMatchObject({
    ok: true,
    artifacts: [{ ...artifact, path }],
    metrics: { written: [{ filename: 'a.json' }] },
  })
  expect(test.attachments).toEqual([{ name: 'a.json', contentType: 'application/json', path }])
  expect(await readFile(path, 'utf8')).toBe(artifact.content)
  expect(told).toEqual(['telemetry:artifacts_written'])
  expect(await captureInspectorTelemetry(page, test, { adapter })).toMatchObject({ ok: true })
})

it('attaches a file also where the writer has compressed it, or put it elsewhere under another name', async () => {
  const root = join(folder, 'mine')
  const gzip = new FileSystemTelemetryWriter({ artifactRoot: root, compress: 'gzip' })
  const test = aTest({ folder })
  const adapter = new TelemetryArtifactWriterAdapter({ writers: [gzip] })
  await captureInspectorTelemetry(page, test, { adapter })
  // Of an earlier run, in a folder that stays.
  await mkdir(join(root, 'a-test-chromium-retry1'), { recursive: true })
  await writeFile(join(root, 'a-test-chromium-retry1', 'a-2.json'), 'of an earlier run')
  expect(await captureInspectorTelemetry(page, test, { artifactRoot: root })).toMatchObject({ ok: true })
  expect(await Promise.all(test.attachments.map(({ path }) => readFile(path ?? '', 'utf8')))).toEqual([
    artifact.content,
    artifact.content,
  ])
  expect(test.attachments.map(({ name }) => name)).toEqual(['a.json', 'a-2.json'])
})

it('keeps what an export has, and reports the rest', async () => {
  scope.downlink = anExport([{ ...artifact, section: undefined }, { ...artifact, content: 7 }, artifact])
  const test = aTest({ folder })
  expect(await captureInspectorTelemetry(page, test)).toMatchObject({
    ok: false,
    code: 'bad_export',
    message: 'Expected `artifacts[0].section` to be text, got undefined, and 1 more; 2 artifacts kept',
    summary: { request: {} },
    artifacts: [{ section: 'unknown', filename: 'a.json', path: expect.any(String) }, { filename: 'a-2.json' }],
    metrics: { attempted: 2, failures: [] },
  })
  expect(test.attachments.map(({ name }) => name)).toEqual(['a.json', 'a-2.json'])
  expect(test.annotations).toMatchObject([{ description: expect.stringContaining('2 artifacts kept (bad_export)') }])
})

it('does not fail where Playwright refuses attachments', async () => {
  const test = aTest({ folder, attach: () => Promise.reject(new Error('Test is over')) })
  expect(await captureInspectorTelemetry(page, test)).toMatchObject({
    ok: false,
    code: 'attach_failed',
    message: 'Could not attach "a.json": Test is over',
    artifacts: [{ path: expect.any(String) }],
  })
})

it('takes a third of the time that the test has, so that a page that hangs does not outlive it', async () => {
  scope.downlink = { exportInspectorSummary: () => new Promise(() => {}) }
  expect(await captureInspectorTelemetry(page, aTest({ folder, timeout: 60 }))).toMatchObject({
    ok: false,
    code: 'export_timeout',
    message: expect.stringContaining('The page did not answer within 20 ms'),
  })
})

it('attaches what could not be written, with a note', async () => {
  scope.downlink = anExport([{ ...artifact, filename: '../a.json' }, { ...artifact, filename: '../b.json' }, artifact])
  const test = aTest({ folder })
  expect(await captureInspectorTelemetry(page, test)).toMatchObject({
    ok: false,
    code: 'write_failed',
    summary: {},
    metrics: { attempted: 3 },
    artifacts: [{ filename: '../a.json' }, { filename: '../b.json' }, { filename: 'a.json' }],
  })
  expect(test.attachments.map(({ name }) => name)).toEqual(['../a.json', '../b.json', 'a.json'])
  expect(test.annotations).toMatchObject([
    {
      type: 'inspector telemetry',
      description: expect.stringMatching(/^Could not write "\.\.\/a\.json": .*, and 1 more/),
    },
  ])
})

it('falls back to the content where the file is gone', async () => {
  const test = aTest({ folder })
  const { attach } = test
  test.attach = async (name, options) => {
    if (options?.path !== undefined) throw new Error('ENOENT')
    return attach(name, options)
  }
  expect(await captureInspectorTelemetry(page, test)).toMatchObject({ ok: true })
  expect(test.attachments).toMatchObject([{ name: 'a.json', body: Buffer.from(artifact.content) }])
})

it('notes one failed write by itself', async () => {
  await writeFile(join(folder, 'blocked'), '')
  const test = aTest({ folder })
  const captured = await captureInspectorTelemetry(page, test, { artifactRoot: join(folder, 'blocked') })
  expect(captured).toMatchObject({ ok: false, code: 'write_failed' })
  expect(test.annotations[0]?.description).toMatch(/^Could not write "a\.json": .*\(write_failed\)$/)
  expect(test.attachments).toHaveLength(1)
})

it('notes why there is nothing', async () => {
  delete scope.downlink
  const test = aTest({ folder })
  expect(await captureInspectorTelemetry(page, test)).toEqual({
    ok: false,
    code: 'no_inspector',
    message: 'The page has no `globalThis.downlink.exportInspectorSummary`',
    artifacts: [],
  })
  expect(test.attachments).toEqual([])
  expect(test.annotations).toHaveLength(1)
})

it('refuses a timeout that is none', async () => {
  const wrong = captureInspectorTelemetry(page, aTest(), { timeoutMs: 0 })
  await expect(wrong).rejects.toThrow('Expected `timeoutMs` to be a whole number from 1 up, got 0')
})
