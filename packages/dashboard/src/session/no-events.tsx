/** Says why there is no timeline: nothing of the session is stored, or not yet read. */
import type { ReactElement } from 'react'
import { Panel } from '../parts/panel.tsx'
import { EmptyState, LoadingState } from '../parts/states.tsx'
import type { Recorded } from './recording.ts'

export function NoEvents({ recorded }: { readonly recorded: Recorded }): ReactElement | null {
  const { progress, rejections } = recorded
  // The head says why nothing comes.
  if (progress === 'failed') return null
  if (progress === 'loading') return <LoadingState what="its events" />
  return (
    <Panel title="Timeline">
      <EmptyState title="No event of it is stored">
        {rejections.length > 0 ? (
          <>
            <p>Those that came were rejected. The first reasons:</p>
            <ul>
              {rejections.slice(0, 5).map(({ seq, code, message }) => (
                <li key={seq}>
                  <code>{code}</code> {message}
                </li>
              ))}
            </ul>
          </>
        ) : (
          <p>What became of those that it pushed stands above.</p>
        )}
      </EmptyState>
    </Panel>
  )
}
