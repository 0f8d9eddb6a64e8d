/** Links to the views, the one that is shown marked. */
import type { ReactElement } from 'react'
import { hrefOf } from './router.ts'
import { views } from './views.ts'

export const Navigation = ({ current }: { readonly current: string }): ReactElement => (
  <nav className="views" aria-label="Views">
    <ul>
      {views.map(({ name, title }) => (
        <li key={name}>
          <a href={hrefOf({ view: name, parameters: {} })} aria-current={name === current ? 'page' : undefined}>
            {title}
          </a>
        </li>
      ))}
    </ul>
  </nav>
)
