/** Shows the events that were turned away, and why. */
import type { ReactElement } from 'react'
import { fetchRejected } from '../api.ts'
import { formatCount, formatTime, shortSession } from '../format.ts'
import { DataTable } from '../parts/data-table.tsx'
import { Panel } from '../parts/panel.tsx'
import { EmptyState, ErrorState, LoadingState, StoreAwayState } from '../parts/states.tsx'
import { useAnswer } from '../use-answer.ts'

export default function RejectedView(): ReactElement {
  const { answer, retry } = useAnswer(fetchRejected)
  return (
    <Panel title="Rejected events">
      {answer.status === 'loading' && <LoadingState what="rejections" />}
      {answer.status === 'away' && <StoreAwayState onRetry={retry} />}
      {answer.status === 'failed' && (
        <ErrorState title="The rejections can not be read" message={answer.message} onRetry={retry} />
      )}
      {answer.status === 'here' && answer.value.events.length === 0 && (
        <EmptyState title="Nothing was rejected">
          <p className="quiet">An event that does not fit its definition would be here, with what was wrong.</p>
        </EmptyState>
      )}
      {answer.status === 'here' && answer.value.events.length > 0 && (
        <DataTable label="Rejected events" columns={['Time', 'Code', 'Message', 'Session', 'Seq']}>
          {answer.value.events.map(({ sessionId, seq, code, message, receivedAt }) => (
            <tr key={`${sessionId}:${seq}`}>
              <td>{formatTime(receivedAt)}</td>
              <td>{code}</td>
              <td>{message}</td>
              <td title={sessionId}>{shortSession(sessionId)}</td>
              <td className="number">{formatCount(seq)}</td>
            </tr>
          ))}
        </DataTable>
      )}
    </Panel>
  )
}
