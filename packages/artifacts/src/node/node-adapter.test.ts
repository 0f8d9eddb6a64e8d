import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { MemoryTelemetryWriter } from '../memory-telemetry-writer.ts'
import { anArtifact } from '../test-doubles.ts'
import { createNodeAdapter } from './node-adapter.ts'

async function aFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'downlink-adapter-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

it('makes writers of folders, compressed or not, beside those that are known everywhere', async () => {
  const root = await aFolder()
  const custom = new MemoryTelemetryWriter({ id: 'custom' })
  const adapter = createNodeAdapter({
    writers: [
      { artifactRoot: root },
      { artifactRoot: root, compress: 'gzip', id: 'packed' },
      { memory: true },
      { custom: 1 },
    ],
    resolveWriter: (config) => ('custom' in config ? custom : undefined),
  })
  const { written } = await adapter.writeArtifacts([anArtifact()])
  expect(written.map(({ writer, path }) => [writer, path])).toEqual([
    ['file-system', join(root, 'summary.json')],
    ['packed', join(root, 'summary.json.gz')],
    ['memory', undefined],
    ['custom', undefined],
  ])
  expect((await readdir(root)).sort()).toEqual(['summary.json', 'summary.json.gz'])
})

it('refuses a config that it does not know, and a bad folder', () => {
  const code = (writers: never) => () => createNodeAdapter({ writers })
  expect(code([{ bucket: 'b' }] as never)).toThrow(expect.objectContaining({ code: 'unknown_writer' }))
  expect(code([{ artifactRoot: '' }] as never)).toThrow(expect.objectContaining({ code: 'bad_option' }))
})

it('writes where TELEMETRY_EXPORT_DIR says, unless it is told where', async () => {
  const root = await aFolder()
  const adapter = createNodeAdapter({ variables: { TELEMETRY_EXPORT_DIR: root } })
  await adapter.writeArtifacts([anArtifact()])
  expect(await readdir(root)).toEqual(['summary.json'])
})

it('makes a publisher of a CI config, which gets the files, the bus and the variables', async () => {
  const root = await aFolder()
  const events: string[] = []
  const metadataPath = join(root, 'meta/ci-artifacts.json')
  const adapter = createNodeAdapter({
    writers: [{ artifactRoot: root }, { ci: { metadataPath } }],
    variables: { CI: 'false' },
    eventBus: { emit: (name) => void events.push(name) },
  })
  const { publish, writerSummaries } = await adapter.writeArtifacts([anArtifact()], { missionId: 'cascade' })
  expect(publish).toMatchObject({ ok: true, status: 'dry-run', manifest: metadataPath })
  expect(writerSummaries.map(({ id }) => id)).toEqual(['file-system'])
  expect(JSON.parse(await readFile(metadataPath, 'utf8'))).toMatchObject({
    context: { missionId: 'cascade' },
    files: [expect.objectContaining({ bytes: 3 })],
  })
  expect(events).toEqual([
    'telemetry:artifacts_written',
    'telemetry:ci_publish_started',
    'telemetry:ci_publish_completed',
  ])
})

it('takes one publisher, and leaves alone a writer that has a field of that name', async () => {
  const publisher = { publish: () => Promise.reject(new Error('not called')) }
  const twice = () => createNodeAdapter({ writers: [{ ci: true }], publisher, variables: {} })
  expect(twice).toThrow('Expected one publisher at most, got 2')
  const ownField = Object.assign(new MemoryTelemetryWriter(), { ci: true })
  const { written, publish } = await createNodeAdapter({ writers: [ownField] }).writeArtifacts([anArtifact()])
  expect([written.length, publish]).toEqual([1, undefined])
})
