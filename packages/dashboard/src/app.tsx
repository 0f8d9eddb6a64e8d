/** Lays out the page: the token where one is needed, then everything else. */
import { type ReactElement, useEffect, useSyncExternalStore } from 'react'
import { huesOf } from './format.ts'
import { Header } from './header.tsx'
import type { LiveLink } from './live/live-link.ts'
import { QueryPanel } from './query/query-panel.tsx'
import { SessionPanel } from './sessions/session-panel.tsx'
import { useSessions } from './sessions/use-sessions.ts'
import { TailPanel } from './tail/tail-panel.tsx'
import { TokenForm } from './token-form.tsx'
import { StorePanel } from './vitals/store-panel.tsx'
import { TypePanel } from './vitals/type-panel.tsx'
import { Vitals } from './vitals/vitals.tsx'

export function App({ live }: { readonly live: LiveLink }): ReactElement {
  const { link, counters, tail } = useSyncExternalStore(live.subscribe, live.snapshot)
  const sessions = useSessions()
  const locked = sessions.status === 'locked'

  useEffect(() => {
    if (locked) return
    live.start()
    // The page may come back as it was when it was left, with the feed as it was then.
    const restart = ({ persisted }: PageTransitionEvent) => {
      if (!persisted) return
      live.stop()
      live.start()
    }
    addEventListener('pageshow', restart)
    return () => {
      removeEventListener('pageshow', restart)
      live.stop()
    }
  }, [live, locked])

  if (locked) return <TokenForm onShown={sessions.reload} />
  const { types = {} } = counters ?? {}
  const hues = huesOf(Object.keys(types))
  const empty = counters?.stored === 0 && counters.rejected === 0
  return (
    <>
      <a className="skip" href="#sessions">
        Skip to the sessions
      </a>
      <Header link={link} sockets={link.status === 'open' ? counters?.sockets : undefined} />
      <main>
        <Vitals counters={counters} current={link.status === 'open'} missing={sessions.missing} />
        <StorePanel counters={counters} current={link.status === 'open'} />
        <div className="columns">
          <SessionPanel sessions={sessions} />
          <TypePanel types={types} hues={hues} empty={empty} />
        </div>
        <TailPanel tail={tail} hues={hues} listening={link.status === 'open'} />
        <QueryPanel />
      </main>
    </>
  )
}
