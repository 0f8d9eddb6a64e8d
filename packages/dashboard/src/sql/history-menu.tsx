/** Lists what was asked before. */
import type { ReactElement } from 'react'
import { formatAge } from '../format.ts'
import type { Asked } from './sql-history.ts'

interface HistoryMenuProps {
  readonly history: readonly Asked[]
  readonly onPick: (sql: string) => void
}

export function HistoryMenu({ history, onPick }: HistoryMenuProps): ReactElement | null {
  if (history.length === 0) return null
  return (
    <details className="history">
      <summary>History</summary>
      <ul>
        {history.map(({ sql, atMs }) => (
          <li key={sql}>
            <button type="button" className="plain" onClick={() => onPick(sql)}>
              <code>{sql}</code>
              <span>{formatAge(Date.now() - atMs)}</span>
            </button>
          </li>
        ))}
      </ul>
    </details>
  )
}
