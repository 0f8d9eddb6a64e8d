/** A minute of the rate, second by second. */
import type { ReactElement } from 'react'
import { formatCount } from '../format.ts'

const height = 40

export function Sparkline({ values }: { readonly values: readonly number[] }): ReactElement {
  const top = Math.max(1, ...values)
  const width = Math.max(1, values.length - 1)
  const points = values.map((value, at) => `${at},${(height - (value / top) * (height - 2) - 1).toFixed(2)}`)
  return (
    <figure className="sparkline">
      <svg
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label="Rate over the last minute"
      >
        <polygon className="area" points={`0,${height} ${points.join(' ')} ${width},${height}`} />
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
