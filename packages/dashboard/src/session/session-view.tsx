/** Shows one session: who it is, and what became of all that it pushed. */
import { type ReactElement, useCallback } from 'react'
import { fetchLedger } from '../api.ts'
import { Panel } from '../parts/panel.tsx'
import { ErrorState, LoadingState, StoreAwayState } from '../parts/states.tsx'
import { useAddress } from '../router.ts'
import { SessionRow } from '../sessions/session-row.tsx'
import { useAnswer } from '../use-answer.ts'
import '../sessions/sessions.css'

export default function SessionView(): ReactElement {
  const { name = '' } = useAddress()
  const { answer, retry } = useAnswer(useCallback((signal) => fetchLedger(name, signal), [name]))
  return (
    <Panel title="Session" note={<code>{name}</code>} className="sessions">
      {answer.status === 'loading' && <LoadingState what="the session" />}
      {answer.status === 'away' && <StoreAwayState />}
      {answer.status === 'failed' && <ErrorState title="No session" message={answer.message} onRetry={retry} />}
      {answer.status === 'here' && (
        <ul>
          <SessionRow ledger={answer.value} now={Date.now()} />
        </ul>
      )}
    </Panel>
  )
}
