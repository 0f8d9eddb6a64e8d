/** Shows a payload as a tree that opens and closes. Every value is text here, whatever it says. */
import type { ReactElement } from 'react'

/** Beyond them a list says how many more there are: one event may have tens of thousands. */
const shownItems = 200
/** Levels that are open at first. */
const openLevels = 2

export function PayloadTree({ value }: { readonly value: unknown }): ReactElement {
  if (!isBranch(value)) {
    return (
      <p className="tree">
        <Leaf value={value} />
      </p>
    )
  }
  return <Branch value={value} level={0} />
}

function Branch({ value, level }: { readonly value: object; readonly level: number }): ReactElement {
  const entries = Object.entries(value)
  return (
    <ul className="tree">
      {entries.slice(0, shownItems).map(([key, item]) => (
        <li key={key}>
          {isBranch(item) ? (
            <details open={level + 1 < openLevels}>
              <summary>
                <span className="key">{key}</span> <span className="quiet">{sizeOf(item)}</span>
              </summary>
              <Branch value={item} level={level + 1} />
            </details>
          ) : (
            <>
              <span className="key">{key}</span> <Leaf value={item} />
            </>
          )}
        </li>
      ))}
      {entries.length > shownItems && <li className="quiet">and {entries.length - shownItems} more</li>}
    </ul>
  )
}

const Leaf = ({ value }: { readonly value: unknown }): ReactElement => (
  <span className={`value value-${value === null ? 'null' : typeof value}`}>
    {typeof value === 'string' ? value : String(value)}
  </span>
)

const isBranch = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.keys(value).length > 0

function sizeOf(value: object): string {
  const size = Object.keys(value).length
  return Array.isArray(value) ? `${size} ${size === 1 ? 'item' : 'items'}` : `${size} ${size === 1 ? 'key' : 'keys'}`
}
