/** Says whose session it is, and in words what became of all that it pushed. */
import type { ReactElement } from 'react'
import { formatDay, formatTime } from '../format.ts'
import { Panel } from '../parts/panel.tsx'
import { hrefOf } from '../router.ts'
import { LedgerBar } from '../sessions/ledger-bar.tsx'
import { endOf } from '../sessions/ledger-shares.ts'
import { LabelHistory } from './label-history.tsx'
import { ledgerInWords } from './ledger-words.ts'
import { type Recorded, shownEvents } from './recording.ts'
import { suitableClock } from './suitable-clock.ts'
import { formatOffset } from './viewport.ts'

interface SessionHeadProps {
  readonly recorded: Recorded
  readonly onRetry: () => void
}

export function SessionHead({ recorded, onRetry }: SessionHeadProps): ReactElement {
  const { ledger, columns, fault, progress } = recorded
  const { fromMs, toMs } = columns.extent(suitableClock(columns))
  const { sessionId, build, labels = {}, firstSeen, delivery } = ledger
  const state = endOf(ledger)
  /** Some lead to all sessions of which the same is so. */
  const facts: readonly (readonly [name: string, text: string, search?: Readonly<Record<string, string>>])[] = [
    ['State', delivery === 'plain' ? `${state}, plain` : state],
    ...(build === undefined ? [] : [['Build', build, { build }] as const]),
    ...Object.entries(labels).map(([label, value]) => [label, value, { label, value }] as const),
    ['First heard of', `${formatDay(firstSeen)} ${formatTime(firstSeen)}`],
    ...(columns.length === 0 ? [] : [['Length', formatOffset(toMs - fromMs)] as const]),
  ]
  const all = <a href={hrefOf({ view: 'sessions', parameters: {} })}>All sessions</a>
  return (
    <Panel title="Session" note={<code>{sessionId}</code>} actions={all} className="session-head">
      <dl className="facts">
        {facts.map(([name, text, search]) => (
          <div key={`${name} ${Object.keys(search ?? {})}`}>
            <dt>{name}</dt>
            <dd>{search ? <a href={hrefOf({ view: 'sessions', parameters: search })}>{text}</a> : text}</dd>
          </div>
        ))}
      </dl>
      <LabelHistory ledger={ledger} />
      <LedgerBar ledger={ledger} />
      <p>{ledgerInWords(ledger)}</p>
      {progress === 'partly' && (
        <p className="waiting">
          Its first {shownEvents.toLocaleString('en')} events are shown; SQL and exports have all of them.
        </p>
      )}
      {progress === 'away' && (
        <p className="waiting" role="status">
          Waiting for the database. What is shown is from before.
        </p>
      )}
      {progress === 'disconnected' && (
        <p className="waiting" role="status">
          The collector does not answer; it is asked again by itself. What is shown is from before.
        </p>
      )}
      {fault !== undefined && (
        <p className="fault" role="alert">
          {fault} What is shown may lack something.{' '}
          <button type="button" onClick={onRetry}>
            Try again
          </button>
        </p>
      )}
    </Panel>
  )
}
