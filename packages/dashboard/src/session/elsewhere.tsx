/** Finds the same error in other sessions of the same build, and leads to them. */
import type { StoredEvent } from '@downlink/collector'
import { type ReactElement, useCallback, useState } from 'react'
import { type QueryAnswer, runQuery } from '../api.ts'
import { useDialect } from '../dialect/use-dialect.ts'
import { formatAge, formatCount, shortSession } from '../format.ts'
import { ErrorState, LoadingState, StoreAwayState } from '../parts/states.tsx'
import { hrefOf } from '../router.ts'
import { useAnswer } from '../use-answer.ts'
import { elsewhereSql, shownSessions } from './error-elsewhere.ts'

interface ElsewhereProps {
  readonly event: StoredEvent
  readonly build: string | undefined
}

/** Reads payloads of all sessions, so it waits until it is asked for. */
export function Elsewhere({ event, build }: ElsewhereProps): ReactElement {
  const [isAsked, setAsked] = useState(false)
  return (
    <section className="elsewhere" aria-label="The same error elsewhere">
      <h3>The same error elsewhere</h3>
      {isAsked ? (
        <Found event={event} build={build} />
      ) : (
        <button type="button" onClick={() => setAsked(true)}>
          Find it in other sessions of {buildText(build)}
        </button>
      )}
    </section>
  )
}

const buildText = (build: string | undefined): string => (build === undefined ? 'no build' : `build ${build}`)

function Found({ event, build }: ElsewhereProps): ReactElement {
  const dialect = useDialect()
  const ask = useCallback(
    (signal: AbortSignal) => runQuery(elsewhereSql(event, build, dialect), signal),
    [event, build, dialect],
  )
  const { answer, retry } = useAnswer(ask)
  switch (answer.status) {
    case 'loading':
      return <LoadingState what="other sessions" />
    case 'away':
      return <StoreAwayState />
    case 'failed':
      return <ErrorState title="No answer" message={answer.message} onRetry={retry} />
    case 'here':
      return <FoundSessions rows={answer.value.rows} build={build} />
  }
}

interface FoundSessionsProps {
  readonly rows: QueryAnswer['rows']
  readonly build: string | undefined
}

function FoundSessions({ rows, build }: FoundSessionsProps): ReactElement {
  const now = Date.now()
  if (rows.length === 0) return <p className="quiet">No other session of {buildText(build)} has it.</p>
  const isMore = rows.length > shownSessions
  return (
    <>
      <p className="quiet" role="status">
        In {isMore ? `more than ${shownSessions}` : rows.length} other {rows.length === 1 ? 'session' : 'sessions'} of{' '}
        {buildText(build)}.
      </p>
      <ul>
        {rows.slice(0, shownSessions).map(([sessionId, player, lastSeen, errors, first]) => (
          <li key={String(sessionId)}>
            <a href={hrefOf({ view: 'sessions', name: String(sessionId), parameters: { event: String(first) } })}>
              {typeof player === 'string' ? player : shortSession(String(sessionId))}
            </a>{' '}
            <span className="quiet">
              {formatCount(Number(errors))} {errors === 1 ? 'time' : 'times'}, {formatAge(now - Number(lastSeen))}
            </span>
          </li>
        ))}
      </ul>
    </>
  )
}
