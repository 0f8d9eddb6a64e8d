/** Draws the page's small pictures: the toolbar's icons, and the factions' marks as their ships wear them. */

import type { ReactNode } from 'react'
import type { FactionId } from '../world/factions.ts'
import { factionMarks } from './scene/faction-marks.ts'

/** Each on a 24 × 24 grid. */
const paths = {
  play: 'M8 5l11 7-11 7z',
  pause: 'M8 5v14M16 5v14',
  reset: 'M5 12a7 7 0 1 0 2.2-5.1M5 4v4h4',
  spawn: 'M12 5v14M5 12h14',
  pilot: 'M12 3l7 17-7-4-7 4z',
  inspect: 'M11 4a7 7 0 1 0 0 14 7 7 0 1 0 0-14M16 16l5 5M8 11h6M11 8v6',
  menu: 'M5 6h14M5 12h14M5 18h9',
  settings: 'M4 7h9M17 7h3M15 5v4M4 17h3M11 17h9M9 15v4',
} as const

export type IconName = keyof typeof paths

export function Icon({ name }: { readonly name: IconName }): ReactNode {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  )
}

export function FactionMark({ id }: { readonly id: FactionId }): ReactNode {
  return (
    <svg className="faction-mark" viewBox="-6 -6 12 12" aria-hidden="true">
      <path d={factionMarks[id]} />
    </svg>
  )
}
