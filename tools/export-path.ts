/** Finds the built files that an artifact passes, from `exportInspectorSummary` until the disk has it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from './node-tool.ts'
import { filesThatRun, type Path, without } from './passed-files.ts'

const load = (file: string) => import(pathToFileURL(join(root, 'packages', file)).href)

/** What runs beside the artifact, and is never given it or its content. */
const beside: Readonly<Record<string, string>> = {
  'packages/world-state/dist/store/sections.js': 'makes the summary',
  'packages/world-state/dist/json.js': 'makes the summary',
  'packages/protocol/dist/json-value.js': 'makes the summary',
  'packages/protocol/dist/encode.js': 'makes the summary',
  'packages/artifacts/dist/table.js': 'checks its tables',
  'packages/world-state/dist/guarded-bus.js': 'tells the bus',
  'packages/artifacts/dist/guarded-call.js': 'tells the bus',
  'packages/artifacts/dist/export-context.js': 'reads the context',
  'packages/artifacts/dist/resolve-writers.js': 'names the writers',
  'packages/artifacts/dist/deadline.js': 'keeps time',
  'packages/artifacts/dist/errors.js': 'checks options',
  'packages/artifacts/dist/node/file-errors.js': 'names failures',
}

export async function filesFromExportToDisk(): Promise<Path> {
  const folder = await mkdtemp(join(tmpdir(), 'downlink-path-'))
  try {
    const { SaveManager } = await load('world-state/dist/index.js')
    const { createNodeAdapter } = await load('artifacts/dist/node.js')
    const manager = new SaveManager({ sections: { shown: () => [{ n: 1 }] } })
    const writer = createNodeAdapter({ writers: [{ artifactRoot: join(folder, 'out') }] })
    const ran = await filesThatRun(async () => {
      const { metrics } = await manager.exportInspectorSummary({ writer, formats: ['json'] })
      if (metrics.failures.length > 0) throw new Error('Expected the artifact to be written, and it was not')
    })
    return without(ran, beside)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
