/** Exposes the game's export to tools: Playwright's `page.evaluate`, a browser's console. */

import type { Artifact, ExportMetrics, InspectorSummary } from '@downlink/artifacts'
import { type PageTools, pageTools } from './environment.ts'
import type { InspectorExportRequest, InspectorExportResult } from './inspector.ts'

/** What `globalThis.downlink.exportInspectorSummary(options)` resolves to: JSON data, as `page.evaluate` returns it. */
export interface ExposedExport {
  readonly summary: InspectorSummary
  readonly artifacts: readonly (Artifact & { readonly content: string })[]
  readonly metrics: ExportMetrics
}

/** What is exposed needs no more of a `SaveManager`. */
export interface InspectorExporter {
  exportInspectorSummary(request?: InspectorExportRequest): Promise<InspectorExportResult>
}

/**
 * Sets `globalThis.downlink.exportInspectorSummary`. What else is in `globalThis.downlink` stays.
 *
 * @returns how to take it away again
 */
export function exposeInspector(
  saveManager: InspectorExporter,
  scope: { downlink?: PageTools } = pageTools(),
): () => void {
  const exportInspectorSummary = async (request?: InspectorExportRequest): Promise<ExposedExport> => {
    const { summary, artifacts, metrics } = await saveManager.exportInspectorSummary(request)
    return { summary, metrics, artifacts: await Promise.all(artifacts.map(asText)) }
  }
  scope.downlink = { ...scope.downlink, exportInspectorSummary }
  return () => {
    if (scope.downlink?.exportInspectorSummary !== exportInspectorSummary) return
    const { exportInspectorSummary: _, ...others } = scope.downlink
    scope.downlink = others
  }
}

/** Artifacts are text, even where it comes as a stream of bytes. */
async function asText({ content, ...artifact }: Artifact): Promise<ExposedExport['artifacts'][number]> {
  if (typeof content === 'string') return { ...artifact, content }
  const decoder = new TextDecoder()
  if (content instanceof Uint8Array) return { ...artifact, content: decoder.decode(content) }
  let text = ''
  for await (const chunk of content) text += decoder.decode(chunk, { stream: true })
  return { ...artifact, content: text + decoder.decode() }
}
