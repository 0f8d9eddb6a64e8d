/** The root entry in a page: it bundles without Node, and makes and keeps artifacts there. */
import { fileURLToPath } from 'node:url'
import { runInNewContext } from 'node:vm'
import { build } from 'esbuild'
import { expect, it } from 'vitest'

const entry = fileURLToPath(new URL('../dist/index.js', import.meta.url))

it('needs neither a module nor a global of Node', async () => {
  const source = `
    import { createEventRecorder, createInspectorExportArtifacts, MemoryTelemetryWriter, TelemetryArtifactWriterAdapter } from ${JSON.stringify(entry)}
    const recorder = createEventRecorder({ sessionId: 's', clock: () => 0 })
    recorder.push('bullet_fired', { shipId: 'red-1' })
    const game = { name: 'g', version: '1', seed: 7, missionId: null }
    const summary = { formatVersion: 1, generatedAt: 0, generatedIso: '1970-01-01T00:00:00.000Z', source: 'worldStateStore', game }
    const tables = ['table', 'transcript'].map((kind) => ({ section: kind, kind, layout: { heading: 'title' }, columns: ['title'], rows: [['=née 🚀'], ['']] }))
    const artifacts = createInspectorExportArtifacts({ summary, tables, events: recorder.events() })
    const memory = new MemoryTelemetryWriter()
    done(new TelemetryArtifactWriterAdapter({ writers: [memory] }).writeArtifacts(artifacts).then((metrics) => ({ metrics, memory })))
  `
  const { outputFiles, metafile } = await build({
    stdin: { contents: source, resolveDir: fileURLToPath(new URL('..', import.meta.url)) },
    bundle: true,
    write: false,
    metafile: true,
    platform: 'browser',
    format: 'esm',
  })
  expect(Object.keys(metafile.inputs).filter((input) => input.startsWith('node:'))).toEqual([])

  // What pages have, and nothing of Node: no process, no Buffer, no require.
  let result: Promise<{ metrics: { failures: unknown[] }; memory: { artifacts: { content: string }[] } }> | undefined
  const page = {
    done: (value: typeof result) => {
      result = value
    },
    ...{ AbortController, AbortSignal, TextDecoder, TextEncoder, console, performance, setTimeout, clearTimeout },
  }
  runInNewContext(outputFiles[0]?.text ?? '', page)
  const { metrics, memory } = (await result) ?? { metrics: undefined, memory: undefined }
  expect(metrics?.failures).toEqual([])
  expect(memory?.artifacts.map(({ content }) => content)).toEqual([
    expect.stringContaining('"formatVersion": 1'),
    'title\n\'=née 🚀\n""\n',
    'title\n\'=née 🚀\n""\n',
    expect.stringContaining('## 1. =née 🚀'),
    '{"id":"s:1","type":"bullet_fired","timestamp":0,"sessionId":"s","seq":1,"data":{"shipId":"red-1"}}\n',
  ])
})
