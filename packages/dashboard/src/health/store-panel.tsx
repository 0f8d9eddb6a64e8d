/** Shows how the database stands, and the log before it: quiet while all is well. */
import type { LiveCounters } from '@downlink/collector'
import type { ReactElement } from 'react'
import { formatBytes, formatCount } from '../format.ts'
import { restartReasons, type StoreState, stateText, storeStateOf, sumOf } from './store-state.ts'

interface StorePanelProps {
  readonly counters: LiveCounters | undefined
  /** The counters are of now, and not of when the link was lost. */
  readonly current: boolean
}

export function StorePanel({ counters, current }: StorePanelProps): ReactElement {
  const { log, store } = counters ?? {}
  const state = storeStateOf(store, current)
  const note = noteOn(state)
  return (
    <section className={`panel store store-${state.status}`} aria-labelledby="store-title">
      <h2 id="store-title">Database</h2>
      <p className="state" role="status">
        <span className="lamp" aria-hidden="true" />
        {stateText(state)}
      </p>
      {log && store && (
        <ul className="terms">
          <li>
            <b>{formatBytes(log.bytes)}</b> of log in <b>{formatCount(log.segments)}</b>{' '}
            {log.segments === 1 ? 'segment' : 'segments'}
          </li>
          <Term count={store.lag.events} names={['event behind', 'events behind']} />
          <Term
            count={sumOf(store.restarts)}
            names={['restart', 'restarts']}
            note={restartReasons(store.restarts)}
            isTrouble
          />
          <Term count={store.readsKilled} names={['read killed', 'reads killed']} isTrouble />
        </ul>
      )}
      {note && <p className="note">{note}</p>}
    </section>
  )
}

interface TermProps {
  readonly count: number
  /** Of one, and of more. */
  readonly names: readonly [string, string]
  readonly note?: string
  /** Not to be overlooked, where there is any. */
  readonly isTrouble?: boolean
}

const Term = ({ count, names: [one, more], note, isTrouble }: TermProps): ReactElement => (
  <li className={count === 0 ? 'zero' : isTrouble ? 'trouble' : ''}>
    <b>{formatCount(count)}</b> {count === 1 ? one : more}
    {note && <small> ({note})</small>}
  </li>
)

function noteOn(state: StoreState): string {
  switch (state.status) {
    case 'unknown':
    case 'current':
      return ''
    case 'behind':
      return `${formatCount(state.events)} ${state.events === 1 ? 'event is' : 'events are'} safe in the log, and not yet in the database. Sessions, queries and exports show what came before.`
    case 'away':
      return `The database is starting${state.wasUp ? ' again' : ''}; events are taken meanwhile. Sessions, queries and exports wait for it.`
  }
}
