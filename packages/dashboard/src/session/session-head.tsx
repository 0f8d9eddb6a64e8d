/** Says whose session it is, and in words what became of all that it pushed. */
import type { ReactElement } from 'react'
import { formatTime } from '../format.ts'
import { Panel } from '../parts/panel.tsx'
import { hrefOf } from '../router.ts'
import { LedgerBar } from '../sessions/ledger-bar.tsx'
import { ledgerInWords } from './ledger-words.ts'
import { type Recorded, shownEvents } from './recording.ts'
import { formatOffset } from './viewport.ts'

export function SessionHead({ recorded }: { readonly recorded: Recorded }): ReactElement {
  const { ledger, columns, fault, progress } = recorded
  const { fromMs, toMs } = columns.extent('corrected')
  const { sessionId, build, labels = {}, firstSeen, open, ended, delivery } = ledger
  const state = open ? 'open' : ended ? 'ended' : 'closed'
  const facts: readonly (readonly [name: string, text: string])[] = [
    ['State', delivery === 'plain' ? `${state}, plain` : state],
    ...(build === undefined ? [] : [['Build', build] as const]),
    ...Object.entries(labels),
    ['First heard of', `${new Date(firstSeen).toLocaleDateString('en-CA')} ${formatTime(firstSeen)}`],
    ...(columns.length === 0 ? [] : [['Length', formatOffset(toMs - fromMs)] as const]),
  ]
  const all = <a href={hrefOf({ view: 'sessions', parameters: {} })}>All sessions</a>
  return (
    <Panel title="Session" note={<code>{sessionId}</code>} actions={all} className="session-head">
      <dl className="facts">
        {facts.map(([name, text]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
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
      {fault !== undefined && (
        <p className="fault" role="alert">
          {fault} What is shown may lack something.
        </p>
      )}
    </Panel>
  )
}
