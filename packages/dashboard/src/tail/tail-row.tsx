/** Shows one entry of the tail, or how many are missing in its place. */
import type { ReactElement } from 'react'
import { formatCount, formatTime, shortSession } from '../format.ts'
import { type Hues, hueClass } from '../hues.ts'
import { hrefOf } from '../router.ts'
import type { TailGap, TailRow } from './tail.ts'

interface TailTableRowProps {
  readonly row: TailRow
  /** In the whole table, its head included. */
  readonly index: number
  readonly hues: Hues
}

export function TailTableRow({ row, index, hues }: TailTableRowProps): ReactElement {
  if (row.kind === 'gap') {
    return (
      <tr className="gap" aria-rowindex={index}>
        <td colSpan={5}>{gapText(row)}</td>
      </tr>
    )
  }
  const isRejected = row.kind === 'rejected'
  return (
    <tr className={isRejected ? 'rejected' : hueClass(hues, row.type)} aria-rowindex={index}>
      <td className="time">{formatTime(row.at)}</td>
      <td className="type" title={row.type}>
        {isRejected ? `rejected: ${row.type}` : row.type}
      </td>
      <td className="data" title={row.text}>
        {row.text}
      </td>
      <td className="session-id">
        <a
          href={hrefOf({ view: 'sessions', name: row.sessionId, parameters: { event: `${row.seq}` } })}
          title={row.sessionId}
        >
          {shortSession(row.sessionId)}
        </a>
      </td>
      <td className="seq">{formatCount(row.seq)}</td>
    </tr>
  )
}

const gapText = ({ entries }: TailGap): string =>
  entries === undefined
    ? 'The link was lost here. What came meanwhile is stored, and not shown.'
    : `${formatCount(entries)} more, too fast to show`
