/** Shows at the first glance how much comes in, and whether anything was lost. */

import type { LiveCounters } from '@downlink/collector'
import type { ReactElement } from 'react'
import { formatCount, formatLarge } from '../format.ts'

interface VitalsProps {
  readonly counters: LiveCounters | undefined
  /** The counters are of now, and not of when the link was lost. */
  readonly current: boolean
  /** Of all sessions, as their ledgers say: the live counters don't know which session will never come back. */
  readonly missing: number
}

export function Vitals({ counters, current, missing }: VitalsProps): ReactElement {
  const { stored = 0, rejected = 0, dropped = 0, refused = 0, perSecond = [], sockets = 0 } = counters ?? {}
  return (
    <section className="vitals" aria-labelledby="vitals-title">
      <h2 id="vitals-title" className="hidden">
        Vitals
      </h2>
      <div className="panel rate">
        <p className="figure">
          <strong>{current ? formatCount(perSecond.at(-1) ?? 0) : '–'}</strong>
          <span>events a second</span>
          <span>
            {current ? formatCount(sockets) : '–'} {sockets === 1 ? 'socket' : 'sockets'} up
          </span>
        </p>
        <Sparkline values={perSecond} />
      </div>
      <dl className="panel counts">
        <Figure name="stored" value={stored} tone="stored" />
        <Figure name="rejected" value={rejected} tone={rejected > 0 ? 'rejected' : 'none'} />
        <Figure name="dropped" value={dropped} tone={dropped > 0 ? 'dropped' : 'none'} />
        <Figure name="missing" value={missing} tone={missing > 0 ? 'missing' : 'none'} />
        <Figure name="refused" value={refused} tone={refused > 0 ? 'rejected' : 'none'} />
      </dl>
    </section>
  )
}

interface FigureProps {
  readonly name: string
  readonly value: number
  readonly tone: string
}

const Figure = ({ name, value, tone }: FigureProps): ReactElement => (
  <div className={`figure tone-${tone}`}>
    <dt>{name}</dt>
    <dd title={formatCount(value)}>{formatLarge(value)}</dd>
  </div>
)

const sparklineHeight = 40

/** A minute of the rate, second by second. */
function Sparkline({ values }: { readonly values: readonly number[] }): ReactElement {
  const top = Math.max(1, ...values)
  const width = Math.max(1, values.length - 1)
  const points = values.map(
    (value, at) => `${at},${(sparklineHeight - (value / top) * (sparklineHeight - 2) - 1).toFixed(2)}`,
  )
  return (
    <figure className="sparkline">
      <svg
        viewBox={`0 0 ${width} ${sparklineHeight}`}
        preserveAspectRatio="none"
        role="img"
        aria-label="Rate over the last minute"
      >
        <polygon className="area" points={`0,${sparklineHeight} ${points.join(' ')} ${width},${sparklineHeight}`} />
        <polyline className="trace" points={points.join(' ')} />
      </svg>
      <figcaption>
        <span>60 s ago</span>
        <span>peak {formatCount(Math.max(0, ...values))} a second</span>
        <span>now</span>
      </figcaption>
    </figure>
  )
}
