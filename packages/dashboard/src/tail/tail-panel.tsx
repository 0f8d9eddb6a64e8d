/** Shows events as they are stored, newest on top, those that somebody wants to see. */
import { type ReactElement, type RefObject, type UIEvent, useEffect, useRef, useState } from 'react'
import { useDialect } from '../dialect/use-dialect.ts'
import { formatCount } from '../format.ts'
import { useHues } from '../hues.ts'
import { Panel } from '../parts/panel.tsx'
import { hrefOf, useAddress } from '../router.ts'
import { useShortcuts } from '../shortcuts.ts'
import { storedSql } from './stored-sql.ts'
import { keptRows, type Tail } from './tail.ts'
import { isFiltered, matching, needsFacts, readTailFilter } from './tail-filter.ts'
import { TailFilterBar } from './tail-filter-bar.tsx'
import { TailTableRow } from './tail-row.tsx'
import { useSessionFacts } from './use-session-facts.ts'
import './tail.css'

interface TailPanelProps {
  readonly tail: Tail
  readonly listening: boolean
}

/** As tail.css has it. */
const rowHeightRem = 1.5

export function TailPanel({ tail, listening }: TailPanelProps): ReactElement {
  const dialect = useDialect()
  const hues = useHues()
  const [held, setHeld] = useState<Tail>()
  const scroller = useRef<HTMLElement>(null)
  const filter = readTailFilter(useAddress())
  const shown = held ?? tail
  const ids = shown.rows.flatMap((row) => (row.kind === 'gap' ? [] : [row.sessionId]))
  const facts = useSessionFacts(needsFacts(filter) ? ids : [], dialect)
  const rows = matching(shown.rows, filter, (id) => facts.get(id))
  const { start, end } = useRowWindow(scroller, rows.length, rowHeightRem)

  function turn(): void {
    setHeld(held ? undefined : tail)
    if (held) scroller.current?.scrollTo({ top: 0 })
  }
  useShortcuts([{ key: 'p', does: held ? 'Let the tail go on' : 'Pause the tail', run: turn }])

  /** Who scrolls down reads: nothing shall move under their eyes. */
  function onScroll({ currentTarget }: UIEvent): void {
    if (!held && currentTarget.scrollTop > 0) setHeld(tail)
  }

  return (
    <Panel
      title="Live tail"
      note={
        <>
          {isFiltered(filter) && (
            <>
              {formatCount(rows.length)} of the newest {formatCount(shown.rows.length)}, which the page has.{' '}
              <a href={hrefOf({ view: 'sql', parameters: { q: storedSql(filter, dialect) } })}>
                Look through all that is stored
              </a>{' '}
            </>
          )}
          {tail.lost > 0 && <span title={lostTitle}>{formatCount(tail.lost)} too fast to show</span>}
        </>
      }
      actions={
        <button type="button" aria-pressed={held !== undefined} onClick={turn}>
          {held ? 'Go on' : 'Pause'}
        </button>
      }
      className="tail"
    >
      <TailFilterBar filter={filter} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1) */}
      <section className="scroll" ref={scroller} tabIndex={0} aria-label="Newest events" onScroll={onScroll}>
        {rows.length === 0 && <p className="nothing quiet">{emptyText(shown.rows.length, listening)}</p>}
        {rows.length > 0 && (
          <table aria-rowcount={rows.length + 1}>
            <thead>
              <tr aria-rowindex={1}>
                <th scope="col">Time</th>
                <th scope="col">Type</th>
                <th scope="col">Data</th>
                <th scope="col">Session</th>
                <th scope="col">Seq</th>
              </tr>
            </thead>
            <tbody>
              <Space rows={start} />
              {rows.slice(start, end).map((row, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a place, which events pass through: at 500 a second all rows would be made anew ten times
                <TailTableRow key={start + at} row={row} index={start + at + 2} hues={hues} />
              ))}
              <Space rows={rows.length - end} />
            </tbody>
          </table>
        )}
      </section>
    </Panel>
  )
}

const lostTitle = `They are stored all the same. The tail is sent at most 500 a second, and keeps the newest ${formatCount(keptRows)}.`

function emptyText(rows: number, listening: boolean): string {
  if (rows > 0) return 'Nothing like that among the newest. What comes is looked at as it comes.'
  return listening ? 'Listening. Events appear here as they are stored.' : 'Waiting for the link.'
}

/** In the place of rows that are out of sight. */
const Space = ({ rows }: { readonly rows: number }): ReactElement | null =>
  rows <= 0 ? null : (
    <tr>
      <td className="space" colSpan={5} style={{ height: `${rows * rowHeightRem}rem` }} />
    </tr>
  )

interface RowWindow {
  /** Rows from here up to, and without, `end`. */
  readonly start: number
  readonly end: number
}

/** Drawn beyond what is in sight, for a wheel's turn. */
const margin = 10

/**
 * The rows in sight: only those are drawn, however many there are.
 *
 * @param rowHeightRem of each row, as the style sheet has it
 */
function useRowWindow(scroller: RefObject<HTMLElement | null>, rows: number, rowHeightRem: number): RowWindow {
  const [sight, setSight] = useState({ top: 0, height: 0 })

  useEffect(() => {
    const element = scroller.current
    if (!element) return
    const look = (): void => setSight({ top: element.scrollTop, height: element.clientHeight })
    const observer = new ResizeObserver(look)
    observer.observe(element)
    element.addEventListener('scroll', look, { passive: true })
    return () => {
      observer.disconnect()
      element.removeEventListener('scroll', look)
    }
  }, [scroller])

  const rowHeight = rowHeightRem * Number.parseFloat(getComputedStyle(document.documentElement).fontSize)
  const start = Math.max(0, Math.min(rows, Math.floor(sight.top / rowHeight)) - margin)
  const end = Math.min(rows, Math.ceil((sight.top + sight.height) / rowHeight) + margin)
  return { start, end }
}
