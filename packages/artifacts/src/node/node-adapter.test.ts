import { mkdtemp, readdir, rm } from 'node:fs/promises'
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
