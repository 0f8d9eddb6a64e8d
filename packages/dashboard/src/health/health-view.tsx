/** Shows how the collector stands: its log, its database, its disk, who was refused, and what to do about it. */
import { type ReactElement, useEffect } from 'react'
import { fetchHealth } from '../api.ts'
import { formatClock, formatCount, formatSpan } from '../format.ts'
import { useLive } from '../live/live-context.ts'
import { DataTable, NumberHead } from '../parts/data-table.tsx'
import { Panel } from '../parts/panel.tsx'
import { ErrorState, LoadingState } from '../parts/states.tsx'
import { useAnswer } from '../use-answer.ts'
import { checkSharedLog, checkSharedStore, checkSharing, isShared } from './check-cluster.ts'
import { checkHealth, checkStore } from './check-health.ts'
import { HealthLines } from './health-lines.tsx'
import { refusalAdvice } from './refusal-advice.ts'
import './health.css'

const intervalMs = 3000

export default function HealthView(): ReactElement {
  const { link, counters } = useLive()
  const isOpen = link.status === 'open'
  const { answer, last, retry } = useAnswer(fetchHealth)
  const isDone = answer.status === 'here' || answer.status === 'failed'

  useEffect(() => {
    if (!isDone) return
    const timer = setTimeout(retry, intervalMs)
    return () => clearTimeout(timer)
  }, [isDone, retry])

  return (
    <>
      <div className={last && isShared(last) ? 'health health-shared' : 'health'}>
        <Panel title="Database">
          <HealthLines
            lines={last && isShared(last) ? checkSharedStore(counters, isOpen, last) : checkStore(counters, isOpen)}
          />
        </Panel>
        <Panel title={last && isShared(last) ? 'Log' : 'Log and disk'} note={last && 'asked every three seconds'}>
          {answer.status === 'failed' && (
            <ErrorState title="The collector does not tell how it stands" message={answer.message} onRetry={retry} />
          )}
          {answer.status !== 'failed' && !last && <LoadingState what="how the collector stands" />}
          {last && <HealthLines lines={isShared(last) ? checkSharedLog(last) : checkHealth(last)} />}
        </Panel>
        {last && isShared(last) && (
          <Panel title="This collector" note="the others have a page of their own">
            <HealthLines lines={checkSharing(last)} />
          </Panel>
        )}
        {last && (
          <Panel title="Versions">
            <dl className="versions">
              <Version name="Collector" value={last.versions.collector} />
              <Version name="Node" value={last.versions.node} />
              <Version
                name={isShared(last) ? 'ClickHouse' : 'DuckDB'}
                value={last.versions.database ?? (isShared(last) ? 'not known' : 'not known yet')}
              />
              <Version name="System" value={last.versions.platform} />
              <Version
                name="Up"
                value={`${formatSpan(Date.now() - last.startedAt)}, since ${formatClock(last.startedAt)}`}
              />
            </dl>
          </Panel>
        )}
      </div>
      {last && <Refusals refusals={last.refusals} />}
    </>
  )
}

const Version = ({ name, value }: { readonly name: string; readonly value: string }): ReactElement => (
  <div>
    <dt>{name}</dt>
    <dd>{value}</dd>
  </div>
)

type RefusalsProps = { readonly refusals: Awaited<ReturnType<typeof fetchHealth>>['refusals'] }

function Refusals({ refusals }: RefusalsProps): ReactElement {
  const sum = refusals.reduce((all, { refusals: count }) => all + count, 0)
  const note =
    sum === 0
      ? 'Nobody was turned away since the collector started'
      : 'since the collector started, by origin and reason'
  return (
    <Panel title="Refusals" note={note} className="refusals">
      {sum > 0 && (
        <DataTable
          label="Refusals by origin and reason"
          columns={[<NumberHead key="refusals" text="Refusals" />, 'Origin', 'Reason', 'What to do']}
        >
          {refusals.map(({ origin, reason, refusals: count }) => (
            <tr key={`${reason} ${origin}`}>
              <td className="number">{formatCount(count)}</td>
              <td>{origin ?? <span className="quiet">no browser</span>}</td>
              <td>{reason}</td>
              <td className="advice">{refusalAdvice(reason, origin)}</td>
            </tr>
          ))}
        </DataTable>
      )}
    </Panel>
  )
}
