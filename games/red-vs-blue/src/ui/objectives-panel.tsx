/** Lists the mission's objectives: what is done, what is going on, and what holds the rest up. */

import type { Objective } from '@downlink/world-state/slices'
import type { ReactNode } from 'react'
import type { WorldView } from '../world/world-view.ts'

interface ObjectivesPanelProps {
  readonly view: WorldView
  readonly isByBot: boolean
}

export function ObjectivesPanel({ view, isByBot }: ObjectivesPanelProps): ReactNode {
  return (
    <section className="objectives glass" aria-label="Objectives" data-testid="objectives">
      <h3>
        {view.title}
        {isByBot && <small>the bot flies</small>}
      </h3>
      <ol>
        {view.objectives.map((objective) => (
          <ObjectiveRow key={objective.objectiveId} objective={objective} />
        ))}
      </ol>
    </section>
  )
}

function ObjectiveRow({ objective }: { readonly objective: Objective }): ReactNode {
  const { objectiveId, title, status, progress, target, reason } = objective
  return (
    <li className={status} data-testid={`objective-${objectiveId}`} data-status={status}>
      <i className="tick" aria-hidden="true" />
      <span>
        {title}
        <span className="unseen">, {status}</span>
        {status === 'blocked' && <small>{reason}</small>}
      </span>
      {target > 1 && (
        <output>
          {progress}/{target}
        </output>
      )}
    </li>
  )
}
