/** Reads what a page's export resolved to: it is the game's, and may be anything. What can be kept is kept. */

import type { InspectorSummary } from '@downlink/artifacts'
import { isObject, kindOf } from '@downlink/protocol'

export interface PageArtifact {
  readonly section: string
  readonly filename: string
  readonly mimeType: string
  readonly content: string
}

export interface PageExport {
  /** Absent where it is no object. */
  readonly summary?: InspectorSummary
  readonly artifacts: readonly PageArtifact[]
  /** What was expected and what came, of all that is not as it should be. */
  readonly faults: readonly string[]
}

export function readExport(value: unknown): PageExport {
  if (!isObject(value)) {
    return { artifacts: [], faults: [`Expected \`{ summary, artifacts, metrics }\`, got ${kindOf(value)}`] }
  }
  const { summary, artifacts: given } = value
  const faults: string[] = []
  const artifacts: PageArtifact[] = []
  if (!isObject(summary)) faults.push(`Expected \`summary\` to be an object, got ${kindOf(summary)}`)
  if (!Array.isArray(given)) faults.push(`Expected \`artifacts\` to be an array, got ${kindOf(given)}`)
  for (const [at, entry] of Array.isArray(given) ? given.entries() : []) {
    const artifact = readArtifact(entry, `artifacts[${at}]`, faults)
    if (artifact !== undefined) artifacts.push(artifact)
  }
  return { ...(isObject(summary) && { summary: summary as InspectorSummary }), artifacts, faults }
}

/** Only its content can't be made up for. */
function readArtifact(entry: unknown, path: string, faults: string[]): PageArtifact | undefined {
  if (!isObject(entry)) {
    faults.push(`Expected \`${path}\` to be an object, got ${kindOf(entry)}`)
    return undefined
  }
  const text = (field: string, otherwise: string): string => {
    const value = entry[field]
    if (typeof value === 'string' && value !== '') return value
    faults.push(`Expected \`${path}.${field}\` to be text, got ${value === '' ? 'none' : kindOf(value)}`)
    return otherwise
  }
  const { content } = entry
  if (typeof content !== 'string') {
    faults.push(`Expected \`${path}.content\` to be text, got ${kindOf(content)}`)
    return undefined
  }
  return {
    section: text('section', 'unknown'),
    filename: text('filename', 'unnamed.txt'),
    mimeType: text('mimeType', 'text/plain'),
    content,
  }
}
