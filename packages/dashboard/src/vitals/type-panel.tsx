/** Lists the types with their rate and how many of each are stored: the legend of the chart, and a filter. */
import type { ReactElement } from 'react'
import { type Counts, formatCount, formatLarge } from '../format.ts'
import { hueClass, useHues } from '../hues.ts'
import { Panel } from '../parts/panel.tsx'

const shownTypes = 14

interface TypePanelProps {
  readonly types: Counts
  /** Of the last second; undefined where what is shown is not of now. */
  readonly rates: ReadonlyMap<string, number> | undefined
  readonly empty: boolean
  /** Where only one type is shown. */
  readonly hrefOf: (type: string) => string
}

const othersText = (types: number): string => (types === 1 ? '1 other type' : `${formatCount(types)} other types`)

export function TypePanel({ types, rates, empty, hrefOf }: TypePanelProps): ReactElement {
  const hues = useHues()
  const sorted = Object.entries(types).sort(([, a], [, b]) => b - a)
  const rest = sorted.slice(shownTypes).reduce((sum, [, count]) => sum + count, 0)
  return (
    <Panel title="Event types" className="types">
      {sorted.length === 0 && <p className="quiet">{empty ? 'None yet.' : 'Waiting for the counters.'}</p>}
      {sorted.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1)
        <section className="rows" tabIndex={0} aria-label="Types">
          <table>
            <thead>
              <tr>
                <th scope="col">Type</th>
                <th scope="col" className="number">
                  a second
                </th>
                <th scope="col" className="number">
                  stored
                </th>
              </tr>
            </thead>
            <tbody>
              {sorted.slice(0, shownTypes).map(([type, count]) => (
                <tr key={type} className={hueClass(hues, type)}>
                  <td className="name" title={type}>
                    <span className="swatch" aria-hidden="true" />
                    <a href={hrefOf(type)}>{type}</a>
                  </td>
                  <td className="number">{rates ? formatCount(Math.round(rates.get(type) ?? 0)) : '–'}</td>
                  <td className="number count">{formatLarge(count)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {rest > 0 && (
            <p className="quiet">
              and {othersText(sorted.length - shownTypes)}, {formatCount(rest)} {rest === 1 ? 'event' : 'events'}
            </p>
          )}
        </section>
      )}
    </Panel>
  )
}
