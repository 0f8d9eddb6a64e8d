/** Draws on a canvas where events happened: all of them faintly, and those of the last moments in their colours. */
import { type Hues, hueOf } from '../hues.ts'
import { paintDensity } from './density.ts'
import type { EventColumns } from './event-columns.ts'
import type { NumberColumns } from './number-columns.ts'
import { channelsOf, type Theme } from './theme.ts'

export interface MapModel {
  readonly columns: EventColumns
  readonly hues: Hues
  /** `x` and `y` of events. */
  readonly numbers: NumberColumns
  /** Which rows of the numbers are shown, in order. */
  readonly shown: Uint32Array
  /** Which of those are lit: from one to before another. */
  readonly from: number
  readonly to: number
  /** The row of the event that is selected. */
  readonly selected: number | undefined
}

const margin = 16
const faint = 0.5

export function drawMap(canvas: HTMLCanvasElement, model: MapModel, theme: Theme, scale: number): void {
  const context = canvas.getContext('2d')
  if (!context) return
  const { columns, hues, numbers, shown, from, to, selected } = model
  context.clearRect(0, 0, canvas.width, canvas.height)
  const at = projectionOf(numbers, canvas.width, canvas.height, margin * scale)
  drawAll(context, shown, at, theme)
  for (let index = from; index < to; index++) {
    const row = shown[index] ?? 0
    // The older, the fainter.
    context.globalAlpha = 0.25 + (0.75 * (index - from + 1)) / (to - from)
    context.fillStyle = theme.hues[hueOf(hues, columns.typeAt(numbers.places[row] ?? 0))] ?? theme.text
    context.beginPath()
    context.arc(at.x(row), at.y(row), 3 * scale, 0, 2 * Math.PI)
    context.fill()
  }
  context.globalAlpha = 1
  if (selected === undefined) return
  context.strokeStyle = theme.accent
  context.lineWidth = 2 * scale
  context.beginPath()
  context.arc(at.x(selected), at.y(selected), 8 * scale, 0, 2 * Math.PI)
  context.stroke()
}

function drawAll(context: CanvasRenderingContext2D, shown: Uint32Array, at: Projection, theme: Theme): void {
  const { width, height } = context.canvas
  const counts = new Uint32Array(width * height)
  for (let index = 0; index < shown.length; index++) {
    const row = shown[index] ?? 0
    const pixel = Math.floor(at.y(row)) * width + Math.floor(at.x(row))
    counts[pixel] = (counts[pixel] ?? 0) + 1
  }
  const colours = new Array(height).fill(channelsOf(theme.quiet))
  const pixels = paintDensity({ counts, width, rows: height }, colours, 1)
  const all = new OffscreenCanvas(width, height)
  all.getContext('2d')?.putImageData(new ImageData(pixels, width, height), 0, 0)
  context.globalAlpha = faint
  context.drawImage(all, 0, 0)
}

/** Where on the canvas a row is. */
interface Projection {
  x(row: number): number
  y(row: number): number
}

/** As large as it fits, with both axes to one scale. `y` grows downwards, as on a screen. */
export function projectionOf(numbers: NumberColumns, width: number, height: number, edge: number): Projection {
  const [xs = new Float64Array(), ys = new Float64Array()] = numbers.values
  const [across, down] = [extentOf(xs, numbers.length), extentOf(ys, numbers.length)]
  const scale = Math.min((width - 2 * edge) / across.length, (height - 2 * edge) / down.length)
  return {
    x: (row) => width / 2 + ((xs[row] ?? 0) - across.middle) * scale,
    y: (row) => height / 2 + ((ys[row] ?? 0) - down.middle) * scale,
  }
}

/** Its length is never nothing, or all of it would be in one place. */
function extentOf(column: Float64Array, length: number): { readonly middle: number; readonly length: number } {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let row = 0; row < length; row++) {
    low = Math.min(low, column[row] ?? low)
    high = Math.max(high, column[row] ?? high)
  }
  return { middle: (low + high) / 2, length: Math.max(high - low, Number.MIN_VALUE * 2 ** 60) }
}
