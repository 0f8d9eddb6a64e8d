import type { Artifact } from '@downlink/artifacts'
import { describe, expect, it } from 'vitest'
import { type ExposedExport, exposeInspector, type InspectorExporter } from './expose-inspector.ts'
import { SaveManager } from './save-manager.ts'

interface Scope {
  downlink?: { exportInspectorSummary?: (options?: never) => Promise<unknown>; version?: string }
}

const game = { name: 'Red vs Blue', version: '1.0.0', seed: 7, missionId: null }

async function* streamed(...chunks: number[][]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield new Uint8Array(chunk)
}

describe('the exposed inspector', () => {
  it('returns JSON data, every artifact as text', async () => {
    const scope: Scope = {}
    exposeInspector(new SaveManager({ game, events: () => [{ type: 'x' }] }), scope)
    const options = { formats: ['json', 'ndjson'], prefix: 'page' } as never
    const result = (await scope.downlink?.exportInspectorSummary?.(options)) as ExposedExport
    expect(result.artifacts.map(({ section, content }) => [section, typeof content])).toEqual([
      ['summary', 'string'],
      ['events', 'string'],
    ])
    expect(JSON.parse(JSON.stringify(result))).toStrictEqual(result)
  })

  it('reads bytes and streams, also where a character spans two chunks', async () => {
    const artifact = (content: Artifact['content']): Artifact => ({
      section: 's',
      filename: 'f',
      mimeType: 'm',
      content,
    })
    const artifacts = [artifact(new Uint8Array([0xc3, 0xa4])), artifact(streamed([0x61, 0xc3], [0xa4], [0x62, 0xc3]))]
    const manager = { exportInspectorSummary: async () => ({ artifacts }) } as unknown as InspectorExporter
    const scope: Scope = {}
    exposeInspector(manager, scope)
    const result = (await scope.downlink?.exportInspectorSummary?.()) as ExposedExport
    expect(result.artifacts.map(({ content }) => content)).toEqual(['ä', 'aäb\ufffd'])
  })

  it('is taken away again, unless another has taken its place; the rest stays', () => {
    const scope: Scope = { downlink: { version: '1' } }
    const manager = new SaveManager({ game })
    const [first, second] = [exposeInspector(manager, scope), exposeInspector(manager, scope)]
    first()
    expect(scope.downlink?.exportInspectorSummary).toBeDefined()
    second()
    second()
    expect(scope.downlink).toEqual({ version: '1' })
  })

  it('is on the page by default', () => {
    const undo = exposeInspector(new SaveManager({ game }))
    expect((globalThis as Scope).downlink?.exportInspectorSummary).toBeDefined()
    undo()
    expect((globalThis as Scope).downlink).toEqual({})
  })
})
