/** Keeps a canvas of rates moving with the time: once a frame while it is seen, and only when something came for who wants no motion. */
import { drawRates } from './draw-rates.ts'
import type { RatePoint, Series } from './rates.ts'

export interface ShownRates {
  readonly points: readonly RatePoint[]
  readonly series: readonly Series[]
  /** Custom properties, one a series. */
  readonly colours: readonly string[]
  readonly top: number
  /** False: what is shown is of then, and stands still. */
  readonly isRunning: boolean
}

export interface RateAnimation {
  show(rates: ShownRates): void
  stop(): void
}

/** A minute on a wide screen moves by about a pixel in this time. */
const frameMs = 30

/** The scale glides to where it has to be, by this share a frame. */
const glide = 0.2

export function createRateAnimation(canvas: HTMLCanvasElement): RateAnimation {
  const isStill = matchMedia('(prefers-reduced-motion: reduce)')
  const theme = matchMedia('(prefers-color-scheme: dark)')
  const observer = new ResizeObserver(onResize)
  let shown: ShownRates | undefined
  let top = 1
  /** By how much this page's clock is ahead of the collector's, and of what came last: the least that was seen. */
  let aheadMs = Number.POSITIVE_INFINITY
  let colours = new Map<string, string>()
  let timer = 0
  let frame = requestAnimationFrame(follow)
  observer.observe(canvas)
  theme.addEventListener('change', onTheme)

  return {
    show(next) {
      const last = next.points.at(-1)
      if (last) aheadMs = next.isRunning ? Math.min(aheadMs, Date.now() - last.toMs) : Number.POSITIVE_INFINITY
      shown = next
      if (isStill.matches || !next.isRunning) draw()
    },
    stop() {
      cancelAnimationFrame(frame)
      clearTimeout(timer)
      observer.disconnect()
      theme.removeEventListener('change', onTheme)
    },
  }

  function follow(): void {
    if (shown?.isRunning && !isStill.matches) draw()
    // Frames in which nothing moves are not asked for.
    timer = window.setTimeout(() => {
      frame = requestAnimationFrame(follow)
    }, frameMs)
  }

  function draw(): void {
    if (!shown) return
    const isMoving = shown.isRunning && !isStill.matches
    top = isMoving && Math.abs(shown.top - top) > shown.top / 100 ? top + (shown.top - top) * glide : shown.top
    drawRates(canvas, devicePixelRatio, {
      points: shown.points,
      series: shown.series,
      colours: shown.colours.map(colourOf),
      lineColour: colourOf('--line'),
      nowMs: isMoving && Number.isFinite(aheadMs) ? Date.now() - aheadMs : (shown.points.at(-1)?.toMs ?? 0),
      top,
    })
  }

  function onResize(): void {
    canvas.width = Math.round(canvas.clientWidth * devicePixelRatio)
    canvas.height = Math.round(canvas.clientHeight * devicePixelRatio)
    draw()
  }

  function onTheme(): void {
    colours = new Map()
    draw()
  }

  /** What a custom property is here and now; a canvas knows none. */
  function colourOf(property: string): string {
    const known = colours.get(property)
    if (known !== undefined) return known
    canvas.style.color = `var(${property})`
    const { color } = getComputedStyle(canvas)
    canvas.style.color = ''
    colours.set(property, color)
    return color
  }
}
