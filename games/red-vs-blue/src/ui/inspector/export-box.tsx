/** Exports what the inspector shows: all artifacts as downloads, at once or one by one. */

import type { Artifact } from '@downlink/artifacts'
import type { SaveManager } from '@downlink/world-state'
import { type ReactNode, useState } from 'react'
import { download } from './download.ts'

type Export =
  | { readonly at: 'none' }
  | { readonly at: 'working' }
  | { readonly at: 'done'; readonly artifacts: readonly Artifact[] }
  | { readonly at: 'failed'; readonly why: string }

export function ExportBox({ saveManager }: { readonly saveManager: SaveManager }): ReactNode {
  const [state, setState] = useState<Export>({ at: 'none' })

  async function exportAll(): Promise<void> {
    setState({ at: 'working' })
    try {
      const { artifacts } = await saveManager.exportInspectorSummary({ context: { reason: 'inspector' } })
      for (const artifact of artifacts) await download(artifact)
      setState({ at: 'done', artifacts })
    } catch (error) {
      setState({ at: 'failed', why: error instanceof Error ? error.message : String(error) })
    }
  }

  return (
    <div className="export-box">
      <button
        type="button"
        className="primary"
        data-testid="export-all"
        disabled={state.at === 'working'}
        onClick={exportAll}
      >
        Export all
      </button>
      <div role="status" data-testid="export-status">
        {state.at === 'none' && <p>Downloads the summary, its tables and the run’s events.</p>}
        {state.at === 'working' && <p>Exporting …</p>}
        {state.at === 'failed' && <p className="hostile">The export failed: {state.why}</p>}
        {state.at === 'done' && <p>{state.artifacts.length} files downloaded. Again, one by one:</p>}
      </div>
      {state.at === 'done' && (
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
