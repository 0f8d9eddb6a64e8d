/** Draws upon a canvas as wide as its place, sharp on every screen, in the page's colours; at most once a frame. */
import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react'
import { readTheme, type Theme } from './theme.ts'

export type Draw = (canvas: HTMLCanvasElement, theme: Theme, scale: number) => void

/**
 * @param draw by which it is drawn anew once it is another function: see `useCallback`
 * @param height in CSS pixels
 */
export function useCanvas(canvas: RefObject<HTMLCanvasElement | null>, height: number, draw: Draw): void {
  const latest = useRef(draw)
  const request = useRef((): void => {})

  useEffect(() => {
    const element = canvas.current
    const place = element?.parentElement
    if (!element || !place) return
    let theme: Theme | undefined
    let frame = 0
    request.current = () => {
      cancelAnimationFrame(frame)
      frame = requestAnimationFrame(() => {
        theme ??= readTheme(place)
        const scale = devicePixelRatio
        const width = Math.max(1, Math.round(place.clientWidth * scale))
        const pixels = Math.max(1, Math.round(height * scale))
        if (element.width !== width) element.width = width
        if (element.height !== pixels) element.height = pixels
        latest.current(element, theme, scale)
      })
    }
    const renew = (): void => {
      theme = undefined
      request.current()
    }
    const sizes = new ResizeObserver(renew)
    sizes.observe(place)
    const dark = matchMedia('(prefers-color-scheme: dark)')
    dark.addEventListener('change', renew)
    request.current()
    return () => {
      cancelAnimationFrame(frame)
      sizes.disconnect()
      dark.removeEventListener('change', renew)
    }
  }, [canvas, height])

  useLayoutEffect(() => {
    latest.current = draw
    request.current()
  }, [draw])
}
