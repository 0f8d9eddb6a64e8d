/** Sessions with their ledgers, newest first. */
import type { ReactElement } from 'react'
import { FirstEvent } from '../first-event.tsx'
import { formatCount } from '../format.ts'
import { SessionRow } from './session-row.tsx'
import type { Sessions } from './use-sessions.ts'

export function SessionPanel({ sessions }: { readonly sessions: Sessions }): ReactElement {
  const { state, fault, ledgers, total, at, more } = sessions
  return (
    <section className="panel sessions" id="sessions" aria-labelledby="sessions-title">
      <h2 id="sessions-title">
        Sessions <span className="quiet">{total > 0 && formatCount(total)}</span>
      </h2>
      {state === 'failed' && (
        <p className="fault" role="alert">
          {fault} What is shown may be old.
        </p>
      )}
      {state === 'loading' && <p className="quiet">Asking the collector.</p>}
      {state === 'here' && total === 0 && <FirstEvent />}
      <ul>
        {ledgers.map((ledger) => (
          <SessionRow key={ledger.sessionId} ledger={ledger} now={at} />
        ))}
      </ul>
      {ledgers.length < total && (
        <button type="button" onClick={more}>
          Show more
        </button>
      )}
    </section>
  )
}
