/** Shows what the player is asked to do, how, and what the story says meanwhile. */

import type { ReactNode } from 'react'
import type { WorldView } from '../world/world-view.ts'

interface PromptCardProps {
  readonly prompt: NonNullable<WorldView['prompt']>
  readonly story: string | undefined
  /** Absent where nobody may skip. */
  readonly onSkip?: () => void
}

export function PromptCard({ prompt, story, onSkip }: PromptCardProps): ReactNode {
  const { stepId, stepIndex, totalSteps, title, description, controlHint, canSkip } = prompt
  return (
    <section className="prompt" aria-label="Tutorial" data-testid="prompt" data-step={stepId}>
      {story && (
        // A new key shows it anew; it fades by itself.
        <p key={story} className="story">
          {story}
        </p>
      )}
      <div className="card glass">
        <div key={stepId} className="step" role="status">
          <h3>
            <span className="label">
              {stepIndex + 1} of {totalSteps}
            </span>
            {title}
          </h3>
          <p>{description}</p>
          <p className="control" data-testid="control-hint">
            {controlHint}
          </p>
        </div>
        {canSkip && onSkip && (
          <button type="button" className="quiet" data-testid="skip-tutorial" onClick={onSkip}>
            Skip
          </button>
        )}
        <progress max={totalSteps} value={stepIndex} aria-label="Lessons done" />
      </div>
    </section>
  )
}
