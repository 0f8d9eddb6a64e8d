/** Shows one session: what became of all that it pushed, its timeline, its events, and where they happened. */
import { type ReactElement, useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { useDialect } from '../dialect/use-dialect.ts'
import { EmptyState, ErrorState, LoadingState, StoreAwayState } from '../parts/states.tsx'
import { hrefOf, useAddress } from '../router.ts'
import { createRecording } from './recording.ts'
import { SessionHead } from './session-head.tsx'
import { SessionTimeline } from './session-timeline.tsx'
import './session.css'

export default function SessionView(): ReactElement {
  const { name = '' } = useAddress()
  const dialect = useDialect()
  const [recording] = useState(() => createRecording(name, dialect))
  const state = useSyncExternalStore(recording.subscribe, recording.snapshot)
  useEffect(() => {
    recording.start()
    return recording.stop
  }, [recording])
  const retry = useMemo(
    () => () => {
      recording.stop()
      recording.start()
    },
    [recording],
  )

  switch (state.status) {
    case 'loading':
      return <LoadingState what="the session" />
    case 'away':
      return <StoreAwayState />
    case 'failed':
      return <ErrorState title="The session can not be read" message={state.message} onRetry={retry} />
    case 'unknown':
      return (
        <EmptyState title="There is no such session">
          <p>
            The collector has never heard of <code>{name}</code>, or its data folder is another one.
          </p>
          <p>
            <a href={hrefOf({ view: 'sessions', parameters: {} })}>All sessions</a>
          </p>
        </EmptyState>
      )
    case 'here':
      return (
        <>
          <SessionHead recorded={state} onRetry={retry} />
          <SessionTimeline recorded={state} />
        </>
      )
  }
}
