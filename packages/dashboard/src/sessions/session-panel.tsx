/** Lists the sessions with their ledgers, newest first. */
import type { ReactElement } from 'react'
import { formatCount } from '../format.ts'
import { SessionRow } from './session-row.tsx'
import type { Sessions } from './use-sessions.ts'

export function SessionPanel({ sessions }: { readonly sessions: Sessions }): ReactElement {
  const { status, fault, ledgers, total, at, more } = sessions
  return (
    <section className="panel sessions" aria-labelledby="sessions-title">
      <h2 id="sessions-title">
        Sessions <span className="quiet">{total > 0 && formatCount(total)}</span>
      </h2>
      {status === 'failed' && (
        <p className="fault" role="alert">
          {fault} What is shown may be old.
        </p>
      )}
      {status === 'away' && (
        <p className="waiting">Waiting for the database.{ledgers.length > 0 && ' What is shown is from before.'}</p>
      )}
      {status === 'loading' && <p className="quiet">Asking the collector.</p>}
      {status === 'here' && total === 0 && <FirstEvent />}
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

/** What to do while nothing is there. */
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
