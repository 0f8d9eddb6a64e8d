/** Says that there is no such question. */
import type { ReactElement } from 'react'
import { EmptyState } from '../parts/states.tsx'
import { hrefOf, useAddress } from '../router.ts'

export default function QuestionView(): ReactElement {
  const { name = '' } = useAddress()
  return (
    <EmptyState title={`There is no question ${name}`}>
      <p>
        <a href={hrefOf({ view: 'questions', parameters: {} })}>All questions</a>
      </p>
    </EmptyState>
  )
}
