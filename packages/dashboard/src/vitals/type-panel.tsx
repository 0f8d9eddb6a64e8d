/** Shows how many events of each type are stored. */
import type { ReactElement } from 'react'
import { type Counts, formatCount, type Hues, hueClass } from '../format.ts'

const shownTypes = 14

interface TypePanelProps {
  readonly types: Counts
  readonly hues: Hues
  readonly empty: boolean
}

const othersText = (types: number): string => (types === 1 ? '1 other type' : `${formatCount(types)} other types`)

export function TypePanel({ types, hues, empty }: TypePanelProps): ReactElement {
  const sorted = Object.entries(types).sort(([, a], [, b]) => b - a)
  const most = sorted[0]?.[1] ?? 1
  const rest = sorted.slice(shownTypes).reduce((sum, [, count]) => sum + count, 0)
  return (
    <section className="panel types" aria-labelledby="types-title">
      <h2 id="types-title">Event types</h2>
      {sorted.length === 0 && <p className="quiet">{empty ? 'None yet.' : 'Waiting for the counters.'}</p>}
      {sorted.length > 0 && (
        <ul>
          {sorted.slice(0, shownTypes).map(([type, count]) => (
            <li key={type} className={hueClass(hues, type)}>
              <span className="name" title={type}>
                {type}
              </span>
              <span className="count">{formatCount(count)}</span>
              <svg viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
                <rect width={Math.max(0.5, (count / most) * 100)} height="1" />
              </svg>
            </li>
          ))}
        </ul>
      )}
      {rest > 0 && (
        <p className="quiet">
          and {othersText(sorted.length - shownTypes)}, {formatCount(rest)} {rest === 1 ? 'event' : 'events'}
        </p>
      )}
    </section>
  )
}
