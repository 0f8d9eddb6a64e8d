/** A faction's mark, as its ships wear it. */

import type { ReactNode } from 'react'
import type { FactionId } from '../world/factions.ts'
import { factionMarks } from './scene/faction-marks.ts'

export function FactionMark({ id }: { readonly id: FactionId }): ReactNode {
  return (
    <svg className="faction-mark" viewBox="-6 -6 12 12" aria-hidden="true">
      <path d={factionMarks[id]} />
    </svg>
  )
}
