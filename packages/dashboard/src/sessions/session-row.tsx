/** Shows one session: who it is, and what became of every event it pushed. */

import type { Ledger } from '@downlink/collector'
import { Fragment, type ReactElement } from 'react'
import { type Counts, formatAge, formatCount, shortSession } from '../format.ts'
import { LedgerBar } from './ledger-bar.tsx'
import { eventsOf, fates, type Verdict, verdictOn } from './ledger-shares.ts'

export function SessionRow({ ledger, now }: { readonly ledger: Ledger; readonly now: number }): ReactElement {
  const { sessionId, open, ended, build, labels, delivery, lastSeen } = ledger
  const verdict = verdictOn(ledger)
  return (
    <li className={`session verdict-${verdict.kind}`}>
      <p className="who">
        <span className={`lamp ${open ? 'lamp-on' : ''}`} aria-hidden="true" />
        <code title={sessionId}>{shortSession(sessionId)}</code>
        <span className="quiet">
          {[
            open ? 'open' : ended ? 'ended' : 'closed',
            delivery === 'plain' && 'plain',
            build,
            ...Object.values(labels ?? {}),
          ]
            .filter(Boolean)
            .join(' · ')}
        </span>
        <span className="quiet age">{formatAge(now - lastSeen)}</span>
        <VerdictBadge verdict={verdict} />
      </p>
      <LedgerBar ledger={ledger} />
      <Equation ledger={ledger} />
    </li>
  )
}

const verdictText = (verdict: Verdict): string => {
  switch (verdict.kind) {
    case 'complete':
      return 'complete'
    case 'silent':
      return 'nothing pushed'
    case 'empty':
      return 'nothing stored'
    case 'flowing':
      return `${formatCount(verdict.events)} on the way`
    case 'missing':
      return `${formatCount(verdict.events)} missing`
    case 'rejected':
    case 'dropped':
      return `${formatCount(verdict.events)} ${verdict.kind}`
    case 'unbalanced':
      return 'counts do not add up'
  }
}

const VerdictBadge = ({ verdict }: { readonly verdict: Verdict }): ReactElement => (
  <strong className="badge">{verdictText(verdict)}</strong>
)

/** pushed = stored + rejected + dropped + missing or outstanding. */
function Equation({ ledger }: { readonly ledger: Ledger }): ReactElement {
  const events = eventsOf(ledger)
  const reasons: Partial<Record<string, string>> = {
    rejected: listed(ledger.rejected),
    dropped: listed(ledger.dropped),
  }
  const terms = fates.filter((fate) => (fate === 'outstanding' ? events.outstanding > 0 : true))
  return (
    <p className="equation">
      <span className="term">
        <b>{formatCount(ledger.pushed)}</b> pushed
      </span>
      {terms.map((fate, at) => (
        <Fragment key={fate}>
          <span className="sign">{at === 0 ? '=' : '+'}</span>
          <span className={`term fate-${fate} ${events[fate] === 0 ? 'zero' : ''}`}>
            <b>{formatCount(events[fate])}</b> {fate}
            {reasons[fate] && <small> ({reasons[fate]})</small>}
          </span>
        </Fragment>
      ))}
    </p>
  )
}

const listed = (counts: Counts): string =>
  Object.entries(counts)
    .map(([name, count]) => `${name} ${formatCount(count)}`)
    .join(', ')
