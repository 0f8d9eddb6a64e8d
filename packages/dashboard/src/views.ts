/** Lists the page's views: their names in the address, and the modules that show them, loaded on demand. */
import { type ComponentType, type LazyExoticComponent, lazy } from 'react'

type Module = Promise<{ readonly default: ComponentType }>

export interface View {
  readonly name: string
  /** As the navigation and the window's title have it. */
  readonly title: string
  readonly Page: LazyExoticComponent<ComponentType>
  /** Shows one of the view's things, where the address names it; none: the view has no things. */
  readonly NamedPage?: LazyExoticComponent<ComponentType>
}

const view = (name: string, title: string, load: () => Module, loadNamed?: () => Module): View => ({
  name,
  title,
  Page: lazy(load),
  ...(loadNamed && { NamedPage: lazy(loadNamed) }),
})

/** In the order of the navigation, and of the number keys. */
export const views: readonly View[] = [
  view('live', 'Live', () => import('./live/live-view.tsx')),
  view(
    'sessions',
    'Sessions',
    () => import('./sessions/sessions-view.tsx'),
    () => import('./session/session-view.tsx'),
  ),
  view(
    'questions',
    'Questions',
    () => import('./questions/questions-view.tsx'),
    () => import('./questions/question-view.tsx'),
  ),
  view('sql', 'SQL', () => import('./sql/sql-view.tsx')),
  view('rejected', 'Rejected', () => import('./rejected/rejected-view.tsx')),
  view('health', 'Health', () => import('./health/health-view.tsx')),
]
