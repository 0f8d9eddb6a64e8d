/** Shows one session: who it is, and what became of every event it pushed. */

import type { FoundSession, Ledger } from '@downlink/collector'
import { Fragment, type ReactElement } from 'react'
import { type Counts, formatAge, formatCount, formatSpan, shortSession } from '../format.ts'
import { hrefOf } from '../router.ts'
import { LedgerBar } from './ledger-bar.tsx'
import { endOf, eventsOf, type LedgerOutcome, type LedgerPart, ledgerParts, outcomeOf } from './ledger-shares.ts'

interface SessionRowProps {
  readonly session: FoundSession
  /** For how long ago it was heard of. */
  readonly now: number
}

export function SessionRow({ session, now }: SessionRowProps): ReactElement {
  const { sessionId, open, build, labels = {}, delivery, lastSeen, errors, lengthMs } = session
  const outcome = outcomeOf(session)
  const words = [endOf(session), delivery === 'plain' && 'plain', formatSpan(lengthMs)]
  return (
    <li className={`session outcome-${outcome.kind}`}>
      <p className="who">
        <span className={`lamp ${open ? 'lamp-on' : ''}`} aria-hidden="true" />
        <a className="open" href={hrefOf({ view: 'sessions', name: sessionId, parameters: {} })} title={sessionId}>
          {labels.player !== undefined && <b>{labels.player}</b>} <code>{shortSession(sessionId)}</code>
        </a>
        <span className="quiet">{words.filter(Boolean).join(' · ')}</span>
        {build !== undefined && <Chip name="build" text={build} parameters={{ build }} />}
        {Object.entries(labels).map(([label, value]) =>
          label === 'player' ? null : <Chip key={label} name={label} text={value} parameters={{ label, value }} />,
        )}
        {errors > 0 && (
          <strong className="badge errors">
            {formatCount(errors)} {errors === 1 ? 'error' : 'errors'}
          </strong>
        )}
        <span className="quiet age">{formatAge(now - lastSeen)}</span>
        <OutcomeBadge outcome={outcome} />
      </p>
      <LedgerBar ledger={session} />
      <Equation ledger={session} />
    </li>
  )
}

interface ChipProps {
  readonly name: string
  readonly text: string
  /** Of the search that finds all those that have it. */
  readonly parameters: Readonly<Record<string, string>>
}

const Chip = ({ name, text, parameters }: ChipProps): ReactElement => (
  <a className="chip" href={hrefOf({ view: 'sessions', parameters })} title={`All sessions of ${name} ${text}`}>
    {text}
  </a>
)

const outcomeText = (outcome: LedgerOutcome): string => {
  switch (outcome.kind) {
    case 'stored':
      return 'all stored'
    case 'silent':
      return 'nothing pushed'
    case 'empty':
      return 'nothing stored'
    case 'flowing':
      return `${formatCount(outcome.events)} on the way`
    case 'missing':
      return `${formatCount(outcome.events)} missing`
    case 'rejected':
    case 'dropped':
    case 'expired':
    case 'forgotten':
      return `${formatCount(outcome.events)} ${outcome.kind}`
    case 'unbalanced':
      return 'counts do not add up'
  }
}

const OutcomeBadge = ({ outcome }: { readonly outcome: LedgerOutcome }): ReactElement => (
  <strong className="badge">{outcomeText(outcome)}</strong>
)

/** Most sessions have none of them, and do without the term. */
const rareParts: ReadonlySet<LedgerPart> = new Set(['expired', 'forgotten', 'outstanding'])

/** pushed = stored + expired + forgotten + rejected + dropped + missing + outstanding. */
function Equation({ ledger }: { readonly ledger: Ledger }): ReactElement {
  const events = eventsOf(ledger)
  const reasons: Partial<Record<string, string>> = {
    rejected: listed(ledger.rejected),
    dropped: listed(ledger.dropped),
  }
  const terms = ledgerParts.filter((part) => events[part] > 0 || !rareParts.has(part))
  return (
    <p className="equation">
      <span className="term">
        <b>{formatCount(ledger.pushed)}</b> pushed
      </span>
      {terms.map((part, at) => (
        <Fragment key={part}>
          <span className="sign">{at === 0 ? '=' : '+'}</span>
          <span className={`term part-${part} ${events[part] === 0 ? 'zero' : ''}`}>
            <b>{formatCount(events[part])}</b> {part}
            {reasons[part] && <small> ({reasons[part]})</small>}
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
