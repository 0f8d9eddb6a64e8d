/** Lists what was judged: a lamp, a figure, and what to do where it is not well. */
import type { ReactElement } from 'react'
import type { HealthLine } from './health-line.ts'

const words: Readonly<Record<HealthLine['status'], string>> = {
  good: 'well',
  warn: 'look at it',
  bad: 'act',
  unknown: 'not known',
}

export const HealthLines = ({ lines }: { readonly lines: readonly HealthLine[] }): ReactElement => (
  <dl className="lines">
    {lines.map(({ name, value, status, advice }) => (
      <div key={name} className={`line-${status}`}>
        <dt>
          <span className="lamp" aria-hidden="true" />
          {name}
        </dt>
        <dd>
          {value}
          <span className={status === 'good' ? 'hidden' : 'word'}> {words[status]}</span>
          {advice !== undefined && <p>{advice}</p>}
        </dd>
      </div>
    ))}
  </dl>
)
