/** Turns wheel, drag, pinch and click upon a timeline into spans and a selection. */
import { type RefObject, useEffect, useRef } from 'react'
import { lengthOf, panned, type Span, zoomed } from './viewport.ts'

export interface TimelineGestures {
  readonly span: Span
  readonly all: Span
  readonly onSpan: (span: Span) => void
  /** In CSS pixels of the canvas. */
  readonly onClick: (x: number, y: number) => void
}

const wheelZoom = 0.0015
/** Wheels that count lines instead of pixels. */
const lineHeight = 30
/** What moves no further is a click. */
const clickReach = 4

export function useTimelineGestures(canvas: RefObject<HTMLCanvasElement | null>, gestures: TimelineGestures): void {
  const latest = useRef(gestures)
  latest.current = gestures

  useEffect(() => {
    const element = canvas.current
    if (!element) return
    const pointers = new Map<number, { x: number; readonly startX: number; readonly startY: number }>()
    let hasMoved = false

    const timeAt = (clientX: number): number => {
      const { left, width } = element.getBoundingClientRect()
      const { span } = latest.current
      return span.fromMs + ((clientX - left) / width) * lengthOf(span)
    }

    const show = (span: Span): void => {
      latest.current.onSpan(span)
      // Several of these may come before the next rendering.
      latest.current = { ...latest.current, span }
    }

    const pan = (byPixels: number): void => {
      const { span, all } = latest.current
      show(panned(span, (byPixels / element.clientWidth) * lengthOf(span), all))
    }

    const zoom = (factor: number, clientX: number): void => {
      const { span, all } = latest.current
      show(zoomed(span, factor, timeAt(clientX), all))
    }

    const onWheel = (event: WheelEvent): void => {
      event.preventDefault()
      const unit = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : lineHeight
      const [deltaX, deltaY] = [event.deltaX * unit, event.deltaY * unit]
      if (event.shiftKey || Math.abs(deltaX) > Math.abs(deltaY)) pan(Math.abs(deltaX) > 0 ? deltaX : deltaY)
      else zoom(Math.exp(deltaY * wheelZoom), event.clientX)
    }

    const onDown = (event: PointerEvent): void => {
      if (event.button !== 0) return
      element.setPointerCapture(event.pointerId)
      if (pointers.size === 0) hasMoved = false
      pointers.set(event.pointerId, { x: event.clientX, startX: event.clientX, startY: event.clientY })
    }

    const onMove = (event: PointerEvent): void => {
      const pointer = pointers.get(event.pointerId)
      if (!pointer) return
      const distance = Math.hypot(event.clientX - pointer.startX, event.clientY - pointer.startY)
      if (distance > clickReach || pointers.size > 1) hasMoved = true
      if (!hasMoved) return
      const [other] = [...pointers].filter(([id]) => id !== event.pointerId)
      if (other) {
        const [before, after] = [Math.abs(pointer.x - other[1].x), Math.abs(event.clientX - other[1].x)]
        if (before > 0 && after > 0) zoom(before / after, (event.clientX + other[1].x) / 2)
      } else pan(pointer.x - event.clientX)
      pointer.x = event.clientX
    }

    const onUp = (event: PointerEvent): void => {
      if (!pointers.delete(event.pointerId) || hasMoved || event.type === 'pointercancel') return
      const { left, top } = element.getBoundingClientRect()
      latest.current.onClick(event.clientX - left, event.clientY - top)
    }

    // React's own wheel listeners are passive, and the page would scroll.
    const listening = new AbortController()
    const { signal } = listening
    element.addEventListener('wheel', onWheel, { passive: false, signal })
    element.addEventListener('pointerdown', onDown, { signal })
    element.addEventListener('pointermove', onMove, { signal })
    element.addEventListener('pointerup', onUp, { signal })
    element.addEventListener('pointercancel', onUp, { signal })
    return () => listening.abort()
  }, [canvas])
}
