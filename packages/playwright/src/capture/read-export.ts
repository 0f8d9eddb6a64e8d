/** Judges what a page's export resolved to: it is the game's, and may be anything. */
import type { InspectorSummary } from '@downlink/artifacts'

export interface PageArtifact {
  readonly section: string
  readonly filename: string
  readonly mimeType: string
  readonly content: string
}

export interface PageExport {
  readonly summary: InspectorSummary
  readonly artifacts: readonly PageArtifact[]
}

export type ReadExport =
  | { readonly ok: true; readonly value: PageExport }
  /** What was expected and what came. */
  | { readonly ok: false; readonly fault: string }

export function readExport(value: unknown): ReadExport {
  if (!isObject(value))
    return { ok: false, fault: `Expected \`{ summary, artifacts, metrics }\`, got ${kindOf(value)}` }
  const { summary, artifacts } = value
  if (!isObject(summary)) return { ok: false, fault: `Expected \`summary\` to be an object, got ${kindOf(summary)}` }
  if (!Array.isArray(artifacts)) {
    return { ok: false, fault: `Expected \`artifacts\` to be an array, got ${kindOf(artifacts)}` }
  }
  for (const [at, artifact] of artifacts.entries()) {
    for (const field of ['section', 'filename', 'mimeType', 'content']) {
      const got = isObject(artifact) ? artifact[field] : artifact
      if (typeof got !== 'string') {
        return { ok: false, fault: `Expected \`artifacts[${at}].${field}\` to be text, got ${kindOf(got)}` }
      }
    }
  }
  return { ok: true, value: { summary: summary as InspectorSummary, artifacts } }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const kindOf = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value)
