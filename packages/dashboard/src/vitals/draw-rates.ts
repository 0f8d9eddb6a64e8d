/** Draws stacked rates on a canvas: time runs to the left, now at the right edge. */
import { type RatePoint, roundUp, type Series, shownMs } from './rates.ts'

export interface Picture {
  readonly points: readonly RatePoint[]
  readonly series: readonly Series[]
  /** One a series, from the bottom up. */
  readonly colours: readonly string[]
  readonly lineColour: string
  /** By the collector's clock, at the right edge. */
  readonly nowMs: number
  /** The rate at the upper edge. */
  readonly top: number
}

/** Below it a line would stand at the top for a single event. */
const minTop = 10

/** The scale that the picture needs: its highest sum, rounded up. */
export function topOf(series: readonly Series[]): number {
  const [first] = series
  if (!first) return minTop
  const sums = first.rates.map((_, at) => series.reduce((sum, { rates }) => sum + (rates[at] ?? 0), 0))
  return roundUp(Math.max(minTop, ...sums))
}

/** @param scale pixels of the canvas a pixel of the page */
export function drawRates(canvas: HTMLCanvasElement, scale: number, picture: Picture): void {
  const context = canvas.getContext('2d')
  if (!context) return
  const { points, series, colours, lineColour, nowMs, top } = picture
  const [width, height] = [canvas.width, canvas.height]
  const xOf = (ms: number) => width * (1 - (nowMs - ms) / shownMs)
  const yOf = (rate: number) => height * (1 - rate / top)

  context.clearRect(0, 0, width, height)
  context.fillStyle = lineColour
  for (const share of [0.25, 0.5, 0.75]) context.fillRect(0, Math.round(height * share), width, scale)
  for (let second = 10; second < shownMs / 1000; second += 10) {
    context.fillRect(Math.round(xOf(nowMs - second * 1000)), 0, scale, height)
  }
  if (points.length === 0) return

  // The rate of a span stands in its midst, and the last one goes on until now.
  const xs = points.map(({ fromMs, toMs }) => xOf((fromMs + toMs) / 2))
  xs.push(Math.max(width, xs.at(-1) ?? 0))
  let below = xs.map(() => 0)
  for (const [at, { rates }] of series.entries()) {
    const above = below.map((sum, point) => sum + (rates[Math.min(point, rates.length - 1)] ?? 0))
    context.beginPath()
    for (const [point, x] of xs.entries()) context.lineTo(x, yOf(above[point] ?? 0))
    for (let point = xs.length - 1; point >= 0; point--) context.lineTo(xs[point] ?? 0, yOf(below[point] ?? 0))
    context.closePath()
    context.fillStyle = colours[at] ?? lineColour
    context.fill()
    below = above
  }
}
