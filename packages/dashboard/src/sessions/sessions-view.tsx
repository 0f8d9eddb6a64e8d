/** Finds sessions: those that the address asks for, each with its ledger; where there is none yet, it says how to send the first event. */
import { type ReactElement, useMemo, useRef } from 'react'
import { formatCount } from '../format.ts'
import { Panel } from '../parts/panel.tsx'
import { EmptyState, ErrorState, LoadingState, StoreAwayState } from '../parts/states.tsx'
import { navigate, useAddress } from '../router.ts'
import { useShortcuts } from '../shortcuts.ts'
import { FilterBar } from './filter-bar.tsx'
import { isNarrow, readFilter, type SessionFilter } from './session-filter.ts'
import { SessionRow } from './session-row.tsx'
import { type Sessions, useSessions } from './use-sessions.ts'
import './sessions.css'

export default function SessionsView(): ReactElement {
  const filter = readFilter(useAddress().parameters)
  const sessions = useSessions(filter)
  const { status, total, found } = sessions
  const search = useRef<HTMLInputElement>(null)
  const list = useRef<HTMLUListElement>(null)
  useListKeys(search, list)

  const show = (next: (now: SessionFilter) => SessionFilter) =>
    navigate(({ parameters }) => ({ view: 'sessions', parameters: next(readFilter(parameters)) }), { replace: true })
  const isFiltered = isNarrow(filter)
  const isOld = status === 'loading' && found.length > 0
  const isAsked = status === 'here' || found.length > 0
  return (
    <Panel
      title="Sessions"
      note={isAsked && <span role="status">{isOld ? 'Searching.' : noteOn(total, isFiltered)}</span>}
      className="sessions"
    >
      <FilterBar
        filter={filter}
        search={search}
        onChange={(part) => show((now) => readFilter({ ...now, ...part }))}
        onClear={isFiltered ? () => show(({ sort = '' }) => readFilter({ sort })) : undefined}
      />
      <Standing sessions={sessions} isFiltered={isFiltered} />
      <ul ref={list} className="session-list" aria-busy={isOld}>
        {found.map((session) => (
          <SessionRow key={session.sessionId} session={session} now={sessions.at} />
        ))}
      </ul>
      {sessions.more && (
        <button type="button" onClick={sessions.more}>
          Show more
        </button>
      )}
      {!sessions.more && found.length < total && (
        <p className="quiet">
          The first {formatCount(found.length)} of {formatCount(total)}. Narrow the search for the others.
        </p>
      )}
    </Panel>
  )
}

const noteOn = (total: number, isFiltered: boolean): string =>
  isFiltered ? `${formatCount(total)} ${total === 1 ? 'fits' : 'fit'}` : formatCount(total)

/** What there is to say besides the sessions. */
function Standing({
  sessions,
  isFiltered,
}: {
  readonly sessions: Sessions
  readonly isFiltered: boolean
}): ReactElement | null {
  const { status, fault, found, reload } = sessions
  const isOld = found.length > 0
  switch (status) {
    case 'loading':
      return isOld ? null : <LoadingState what="sessions" />
    case 'away':
      return isOld ? (
        <p className="waiting" role="status">
          Waiting for the database. What is shown is from before.
        </p>
      ) : (
        <StoreAwayState />
      )
    case 'failed':
      return isOld ? (
        <p className="fault" role="alert">
          {fault} What is shown may be old.
        </p>
      ) : (
        <ErrorState title="The sessions can not be read" message={fault} onRetry={reload} />
      )
    case 'here':
      if (isOld) return null
      return isFiltered ? (
        <EmptyState title="No session fits">
          <p className="quiet">Each condition has to be so. Take one away, or ask for less of it.</p>
        </EmptyState>
      ) : (
        <FirstEvent />
      )
    case 'locked':
      return null
  }
}

/** Through the list by key, from one session's link to the next. */
function useListKeys(
  search: { readonly current: HTMLInputElement | null },
  list: { readonly current: HTMLUListElement | null },
): void {
  const keys = useMemo(() => {
    const step = (by: 1 | -1): void => {
      const links: Element[] = [...(list.current?.querySelectorAll('a.open') ?? [])]
      const at = document.activeElement ? links.indexOf(document.activeElement) : -1
      const link = links[Math.min(Math.max(at + by, 0), links.length - 1)]
      if (link instanceof HTMLElement) link.focus()
    }
    return [
      { key: '/', does: 'Search', run: () => search.current?.focus() },
      { key: 'j', does: 'Next session', run: () => step(1) },
      { key: 'k', does: 'Session before', run: () => step(-1) },
    ]
  }, [search, list])
  useShortcuts(keys)
}

/** How the first event is sent. */
function FirstEvent(): ReactElement {
  const url = new URL('telemetry', document.baseURI).href
  return (
    <div className="first-event">
      <p>No session yet. Send the first event from a terminal:</p>
      <pre>
        <code>{`curl -d '[{"type":"hello"}]' \\\n  ${url}`}</code>
      </pre>
      <p>or from your game:</p>
      <pre>
        <code>
          {`const telemetry = createTelemetry({\n  url: '${url}',\n  enabled: true,\n})\n`}
          {`telemetry.start()\n`}
          {`telemetry.push('hello', { from: 'my game' })`}
        </code>
      </pre>
    </div>
  )
}
