/** Counts what falls on each pixel, so that any number of events is drawn in the time that the pixels take. Pure. */
import type { ClockName, EventColumns } from './event-columns.ts'
import { lengthOf, type Span } from './viewport.ts'

/** Of rows one above the other, each of `width` pixels. */
export interface Density {
  readonly counts: Uint32Array
  readonly width: number
  readonly rows: number
}

/** @param rowsOfType the row of each type, by its place; -1 for one that is not shown */
export function countEvents(
  columns: EventColumns,
  clock: ClockName,
  span: Span,
  rowsOfType: Int32Array,
  rows: number,
  width: number,
): Density {
  const counts = new Uint32Array(rows * width)
  const times = columns.times[clock]
  const order = columns.orders[clock]
  const { places } = order
  const { type } = columns
  const scale = width / lengthOf(span)
  const last = order.before(times, span.toMs)
  for (let at = order.before(times, span.fromMs); at < last; at++) {
    const place = places[at] ?? 0
    const row = rowsOfType[type[place] ?? 0] ?? -1
    if (row < 0) continue
    const pixel = Math.min(width - 1, Math.floor(((times[place] ?? 0) - span.fromMs) * scale))
    const cell = row * width + pixel
    counts[cell] = (counts[cell] ?? 0) + 1
  }
  return { counts, width, rows }
}

/** Of each pixel, how many of some stretches of time cover it. */
export function countStretches(
  length: number,
  fromOf: (index: number) => number,
  toOf: (index: number) => number,
  span: Span,
  width: number,
): Uint32Array {
  const scale = width / lengthOf(span)
  const changes = new Int32Array(width + 1)
  for (let index = 0; index < length; index++) {
    const [fromMs, toMs] = [fromOf(index), toOf(index)]
    if (toMs < span.fromMs || fromMs >= span.toMs) continue
    const first = Math.max(0, Math.floor((fromMs - span.fromMs) * scale))
    const behind = Math.min(width, Math.floor((toMs - span.fromMs) * scale) + 1)
    changes[first] = (changes[first] ?? 0) + 1
    changes[behind] = (changes[behind] ?? 0) - 1
  }
  let covering = 0
  return Uint32Array.from({ length: width }, (_, pixel) => {
    covering += changes[pixel] ?? 0
    return covering
  })
}

/** The highest value of each pixel; NaN where there is none. */
export function highestByPixel(
  length: number,
  timeOf: (index: number) => number,
  values: Float64Array,
  span: Span,
  width: number,
): Float64Array {
  const scale = width / lengthOf(span)
  const highest = new Float64Array(width).fill(Number.NaN)
  for (let index = 0; index < length; index++) {
    const pixel = Math.floor((timeOf(index) - span.fromMs) * scale)
    if (pixel < 0 || pixel >= width) continue
    const [before, value] = [highest[pixel] ?? Number.NaN, values[index] ?? Number.NaN]
    if (!(before >= value)) highest[pixel] = value
  }
  return highest
}

export type Colour = readonly [red: number, green: number, blue: number]

/** One event alone must be seen as well as the place where most are. */
const faintest = 0.45

/**
 * Makes pixels of counts, a line of them a row: the more events the stronger.
 *
 * @param reach pixels to each side that a count fills where nothing else is, so that few events are seen at all
 */
export function paintDensity(
  { counts, width, rows }: Density,
  colours: readonly Colour[],
  reach: number,
): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(rows * width * 4)
  for (let row = 0; row < rows; row++) {
    const [red, green, blue] = colours[row] ?? [0, 0, 0]
    const start = row * width
    let most = 1
    for (let x = 0; x < width; x++) most = Math.max(most, counts[start + x] ?? 0)
    const strength = (1 - faintest) / Math.log1p(most)
    for (let x = 0; x < width; x++) {
      const count = counts[start + x] ?? 0
      if (count === 0) continue
      const alpha = 255 * (faintest + strength * Math.log1p(count))
      for (let at = Math.max(0, x - reach); at <= Math.min(width - 1, x + reach); at++) {
        const pixel = (start + at) * 4
        if ((pixels[pixel + 3] ?? 0) >= alpha) continue
        pixels[pixel] = red
        pixels[pixel + 1] = green
        pixels[pixel + 2] = blue
        pixels[pixel + 3] = alpha
      }
    }
  }
  return pixels
}
