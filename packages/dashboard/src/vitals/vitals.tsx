/** Shows at the first glance how much comes in, how fast it is safe, and whether anything was lost. */

import type { LiveCounters } from '@downlink/collector'
import type { ReactElement, ReactNode } from 'react'
import { formatCount, formatDuration, formatLarge } from '../format.ts'

interface VitalsProps {
  readonly counters: LiveCounters | undefined
  /** The counters are of now, and not of when the link was lost. */
  readonly current: boolean
  /** Of all sessions, as their ledgers say: the live counters don't know which session will never come back. */
  readonly missing: number | undefined
}

export function Vitals({ counters, current, missing = 0 }: VitalsProps): ReactElement {
  const {
    stored = 0,
    expired = 0,
    forgotten = 0,
    rejected = 0,
    dropped = 0,
    refused = 0,
    perSecond = [],
    commits,
    links,
  } = counters ?? {}
  const { sockets = 0, openSessions = 0 } = counters ?? {}
  const { medianMs = null, p99Ms = null } = commits ?? {}
  return (
    <section aria-labelledby="vitals-title">
      <h2 id="vitals-title" className="hidden">
        Vitals
      </h2>
      <dl className="vitals">
        <Figure name="events a second">{current ? formatCount(perSecond.at(-1) ?? 0) : '–'}</Figure>
        <Figure name="sessions open" title={`${formatCount(sockets)} sockets up`}>
          {current ? formatCount(openSessions) : '–'}
        </Figure>
        <Figure name="link" title="From a ping to its pong, at the last heartbeats of the open sockets: the median">
          {current && links?.medianMs != null ? formatDuration(links.medianMs) : '–'}
        </Figure>
        <Figure name="commit" title="Until an event was safe on disk, in the last ten seconds: the median">
          {current && medianMs !== null ? formatDuration(medianMs) : '–'}
        </Figure>
        <Figure name="slowest commits" title="What 99 of 100 stayed below, in the last ten seconds">
          {current && p99Ms !== null ? formatDuration(p99Ms) : '–'}
        </Figure>
        <Count name="stored" value={stored} tone="stored" />
        {expired > 0 && <Count name="expired" value={expired} tone="expired" />}
        {forgotten > 0 && <Count name="forgotten" value={forgotten} tone="forgotten" />}
        <Count name="rejected" value={rejected} tone="rejected" />
        <Count name="dropped" value={dropped} tone="dropped" />
        <Count name="missing" value={missing} tone="missing" />
        <Count name="refused" value={refused} tone="rejected" />
      </dl>
    </section>
  )
}

interface FigureProps {
  readonly name: string
  readonly title?: string
  readonly children: ReactNode
}

const Figure = ({ name, title, children }: FigureProps): ReactElement => (
  <div className="figure">
    <dt>{name}</dt>
    <dd title={title}>{children}</dd>
  </div>
)

interface CountProps {
  readonly name: string
  readonly value: number
  readonly tone: string
}

const Count = ({ name, value, tone }: CountProps): ReactElement => (
  <div className={`figure tone-${value > 0 ? tone : 'none'}`}>
    <dt>{name}</dt>
    <dd title={formatCount(value)}>{formatLarge(value)}</dd>
  </div>
)
