/** Shows what was not stored, by reason, as it happens: rejected and dropped events, and senders that were turned away. */
import type { ReactElement, ReactNode } from 'react'
import { formatAge, formatCount } from '../format.ts'
import { Panel } from '../parts/panel.tsx'
import { hrefOf } from '../router.ts'
import type { Loss } from './losses.ts'

interface LossesPanelProps {
  readonly losses: readonly Loss[] | undefined
  /** By the collector's clock. */
  readonly nowMs: number
}

/** What grew within this time is of now. */
const newMs = 10_000

export function LossesPanel({ losses, nowMs }: LossesPanelProps): ReactElement {
  return (
    <Panel title="Not stored" note={noteOn(losses)} className="losses">
      {losses && losses.length > 0 && (
        <ul>
          {losses.map(({ kind, reason, count, grewAtMs }) => (
            <li key={`${kind} ${reason}`} className={`part-${kind}`}>
              <b>{formatCount(count)}</b>
              <span className={grewAtMs !== undefined && nowMs - grewAtMs < newMs ? 'is-new' : ''}>
                <LossName kind={kind} reason={reason} />
              </span>
              {grewAtMs !== undefined && <span className="quiet">{formatAge(nowMs - grewAtMs)}</span>}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}

function noteOn(losses: readonly Loss[] | undefined): string {
  if (!losses) return 'Waiting for the counters'
  return losses.length === 0
    ? 'Nothing was rejected, dropped or refused since the collector started'
    : 'since the collector started'
}

/** With what there is to see of it elsewhere. */
function LossName({ kind, reason }: Pick<Loss, 'kind' | 'reason'>): ReactNode {
  const name = `${kind}: ${reason}`
  switch (kind) {
    case 'rejected':
      return <a href={hrefOf({ view: 'rejected', parameters: { code: reason } })}>{name}</a>
    case 'refused':
      return <a href={hrefOf({ view: 'health', parameters: {} })}>{name}</a>
    case 'dropped':
      return name
  }
}
