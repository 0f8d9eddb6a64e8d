/** The toolbar's pictures, each a path on a 24 × 24 grid. */

import type { ReactNode } from 'react'

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
