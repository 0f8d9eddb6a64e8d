/** Exports what the inspector shows: all artifacts as downloads, at once or one by one. */

import type { Artifact } from '@downlink/artifacts'
import { messageOf } from '@downlink/protocol'
import type { SaveManager } from '@downlink/world-state'
import { type ReactNode, useState } from 'react'
import { download } from './download.ts'

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
