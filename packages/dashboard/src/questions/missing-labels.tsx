/** Says which label a question needs that no session has, and how a game sets it. */
import type { Question } from '@downlink/collector'
import type { ReactElement } from 'react'
import { EmptyState } from '../parts/states.tsx'
import type { Picks } from './bind-question.ts'
import type { Offers } from './offers.ts'

export interface MissingLabel {
  readonly name: string
  readonly how: string
}

/** Where nothing is stored there is no label to miss. */
export function missingLabels(question: Question, picks: Picks, { labels, types }: Offers): readonly MissingLabel[] {
  if (types.length === 0) return []
  return question.labels.flatMap(({ name, how }) => {
    const parameter = name.startsWith('$') ? question.parameters.find((one) => one.name === name.slice(1)) : undefined
    const label = parameter ? (picks.get(parameter.name) ?? parameter.like[0] ?? parameter.name) : name
    return labels.has(label) ? [] : [{ name: label, how }]
  })
}

export const MissingLabels = ({ missing }: { readonly missing: readonly MissingLabel[] }): ReactElement => (
  <>
    {missing.map(({ name, how }) => (
      <EmptyState key={name} title={`No session has the label ${name}`}>
        <p>
          This question needs it. A game sets it once, when it starts its telemetry: <span>{how}</span>.
        </p>
        <p className="quiet">Another label that says the same can be picked above.</p>
      </EmptyState>
    ))}
  </>
)
