/** Exports what the inspector shows: all artifacts as downloads, at once or one by one. */

import type { Artifact } from '@downlink/artifacts'
import { messageOf } from '@downlink/protocol'
import type { SaveManager } from '@downlink/world-state'
import { type ReactNode, useState } from 'react'

type Export =
  | { readonly status: 'none' }
  | { readonly status: 'working' }
  | { readonly status: 'done'; readonly artifacts: readonly Artifact[] }
  | { readonly status: 'failed'; readonly message: string }

export function ExportBox({ saveManager }: { readonly saveManager: SaveManager }): ReactNode {
  const [state, setState] = useState<Export>({ status: 'none' })

  async function exportAll(): Promise<void> {
    setState({ status: 'working' })
    try {
      const { artifacts } = await saveManager.exportInspectorSummary({ context: { reason: 'inspector' } })
      for (const artifact of artifacts) await download(artifact)
      setState({ status: 'done', artifacts })
    } catch (error) {
      setState({ status: 'failed', message: messageOf(error) })
    }
  }

  return (
    <div className="export-box">
      <button
        type="button"
        className="primary"
        data-testid="export-all"
        disabled={state.status === 'working'}
        onClick={exportAll}
      >
        Export all
      </button>
      <div role="status" data-testid="export-status">
        {state.status === 'none' && <p>Downloads the summary, its tables and the run’s events.</p>}
        {state.status === 'working' && <p>Exporting …</p>}
        {state.status === 'failed' && <p className="hostile">The export failed: {state.message}</p>}
        {state.status === 'done' && <p>{state.artifacts.length} files downloaded. Again, one by one:</p>}
      </div>
      {state.status === 'done' && (
        <ul aria-label="Exported files">
          {state.artifacts.map((artifact) => (
            <li key={artifact.filename}>
              <button type="button" className="quiet" title={artifact.filename} onClick={() => download(artifact)}>
                {artifact.section}
                {extensionOf(artifact)}
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

const extensionOf = ({ filename }: Artifact): string => filename.slice(filename.lastIndexOf('.'))

/** Chromium reads a blob only after the click has returned. */
const keepUrlMs = 30_000

/** Hands an artifact to the player's browser as a file. */
async function download({ filename, mimeType, content }: Artifact): Promise<void> {
  const url = URL.createObjectURL(new Blob(await partsOf(content), { type: mimeType }))
  const link = document.createElement('a')
  link.href = url
  link.download = filename
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), keepUrlMs)
}

async function partsOf(content: Artifact['content']): Promise<BlobPart[]> {
  if (typeof content === 'string') return [content]
  const parts: BlobPart[] = []
  // Copied into buffers of their own: a chunk may be a view of something shared.
  if (content instanceof Uint8Array) return [new Uint8Array(content)]
  for await (const chunk of content) parts.push(new Uint8Array(chunk))
  return parts
}
