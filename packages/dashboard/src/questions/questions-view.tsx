/** Shows where questions can be asked today: in SQL. */
import type { ReactElement } from 'react'
import { EmptyState } from '../parts/states.tsx'
import { hrefOf } from '../router.ts'

export default function QuestionsView(): ReactElement {
  return (
    <EmptyState title="No questions yet">
      <p>
        Whatever is stored can be asked for in <a href={hrefOf({ view: 'sql', parameters: {} })}>SQL</a>.
      </p>
    </EmptyState>
  )
}
