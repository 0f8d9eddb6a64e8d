/** Tells which rows of a long table are in sight: only those are drawn, however many there are. */
import { type RefObject, useEffect, useState } from 'react'

export interface RowWindow {
  /** Rows from here up to, and without, `end`. */
  readonly start: number
  readonly end: number
}

/** Drawn beyond what is in sight, for a wheel's turn. */
const margin = 10

/** @param rowHeightRem of each row, as the style sheet has it */
export function useRowWindow(scroller: RefObject<HTMLElement | null>, rows: number, rowHeightRem: number): RowWindow {
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
