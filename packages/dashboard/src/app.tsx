/** Lays out the page: the token where one is needed, then the header, the navigation and the view that the address names. */

import { messageOf } from '@downlink/protocol'
import { Component, type ReactElement, type ReactNode, Suspense, useEffect, useMemo, useRef } from 'react'
import { Header } from './header.tsx'
import { HuesProvider, huesOf } from './hues.ts'
import { Keyboard } from './keyboard.tsx'
import { useLive, useLiveLink } from './live/live-context.ts'
import { EmptyState, ErrorState, LoadingState } from './parts/states.tsx'
import { hrefOf, useAddress } from './router.ts'
import { TokenForm } from './token-form.tsx'
import { views } from './views.ts'

export function App(): ReactElement {
  const live = useLiveLink()
  const { link, counters } = useLive()
  const { view: name, name: thing } = useAddress()
  const main = useRef<HTMLElement>(null)
  const isLocked = link.status === 'locked'
  const types = JSON.stringify(Object.keys(counters?.types ?? {}).sort())
  const hues = useMemo(() => huesOf(JSON.parse(types)), [types])

  useEffect(() => {
    live.start()
    // The page may come back as it was when it was left, with the feed as it was then.
    const restart = ({ persisted }: PageTransitionEvent) => {
      if (persisted) live.restart()
    }
    addEventListener('pageshow', restart)
    return () => {
      removeEventListener('pageshow', restart)
      live.stop()
    }
  }, [live])

  const view = views.find((one) => one.name === name)
  const Page = thing === undefined ? view?.Page : view?.NamedPage
  const title = view && Page ? view.title : 'No such view'
  useEffect(() => {
    document.title = [thing, title, 'Downlink'].filter((part) => part !== undefined).join(' · ')
  }, [title, thing])
  useFocusAfter(`${name}/${thing ?? ''}`, main)

  // Counts come several times a second, and only some parts of a view are about them.
  const shown = useMemo(
    () => (
      <ViewBoundary key={`${name}/${thing ?? ''}`}>
        <Suspense fallback={<LoadingState what={title} />}>{Page ? <Page /> : <NoSuchView />}</Suspense>
      </ViewBoundary>
    ),
    [name, thing, title, Page],
  )

  if (isLocked) return <TokenForm onShown={live.restart} />
  return (
    <Keyboard>
      <button type="button" className="skip" onClick={() => main.current?.focus()}>
        Skip to the view
      </button>
      <Header link={link} counters={counters}>
        <Navigation current={name} />
      </Header>
      <main ref={main} tabIndex={-1} aria-labelledby="view-title">
        <h1 id="view-title" className="hidden">
          {title}
        </h1>
        <HuesProvider value={hues}>{shown}</HuesProvider>
      </main>
    </Keyboard>
  )
}

const NoSuchView = (): ReactElement => (
  <EmptyState title="There is no such view">
    <p>The address may have been cut short on its way.</p>
    <p>
      <a href={hrefOf({ view: 'live', parameters: {} })}>What happens now</a>
    </p>
  </EmptyState>
)

/** Another view is another page to who reads by keyboard or ear; the first one is where the browser has put them already. */
function useFocusAfter(place: string, target: { readonly current: HTMLElement | null }): void {
  const before = useRef(place)
  useEffect(() => {
    if (before.current === place) return
    before.current = place
    scrollTo(0, 0)
    target.current?.focus({ preventScroll: true })
  }, [place, target])
}

const Navigation = ({ current }: { readonly current: string }): ReactElement => (
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

interface BoundaryProps {
  readonly children: ReactNode
}

interface BoundaryState {
  readonly error?: unknown
}

/** Keeps a view that fails from taking the page with it. */
class ViewBoundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = {}

  static getDerivedStateFromError(error: unknown): BoundaryState {
    return { error }
  }

  override render(): ReactNode {
    if (!('error' in this.state)) return this.props.children
    // A module that is gone was of another version of the collector; one that failed to load is not asked for twice.
    return (
      <ErrorState
        title="This view does not work"
        message={`Loading the page anew may help: the collector may have been updated since. ${messageOf(this.state.error)}`}
        onRetry={() => location.reload()}
      />
    )
  }
}
