/** Draws a timeline on a canvas: a row for each track and type, below an axis of time. */
import { type Gap, timesOfGap } from './absences.ts'
import type { Delay } from './delays.ts'
import { countEvents, countStretches, highestByPixel, paintDensity } from './density.ts'
import type { ClockName, EventColumns } from './event-columns.ts'
import type { FrameTimes } from './field-reader.ts'
import { channelsOf, type Theme } from './theme.ts'
import type { TimelineRow } from './timeline-rows.ts'
import { axisTicks, lengthOf, type Span } from './viewport.ts'

export interface TimelineModel {
  readonly columns: EventColumns
  readonly clock: ClockName
  readonly span: Span
  /** When the session began: times are shown since then. */
  readonly startMs: number
  readonly rows: readonly TimelineRow[]
  /** Types that are not shown, by place. */
  readonly hidden: ReadonlySet<number>
  readonly gaps: readonly Gap[]
  readonly delays: readonly Delay[]
  /** Of rejected events, the places that they would have. */
  readonly rejected: readonly number[]
  readonly frames: FrameTimes | undefined
  readonly selected: number | undefined
}

/** In CSS pixels. */
export const axisHeight = 24
export const heightOf = ({ kind }: TimelineRow): number => (kind === 'frames' ? 52 : 22)
export const heightOfRows = (rows: readonly TimelineRow[]): number =>
  rows.reduce((sum, row) => sum + heightOf(row), axisHeight)

const rowMargin = 3
/** One at 60 Hz; what is above it was missed. */
const frameMs = 1000 / 60
const tickRoom = 110

/** What is drawn upon, and how. */
interface Sheet {
  readonly context: CanvasRenderingContext2D
  readonly model: TimelineModel
  readonly theme: Theme
  /** Device pixels of a CSS pixel. */
  readonly scale: number
  readonly width: number
}

/** Of a row, in device pixels. */
interface Strip {
  readonly top: number
  readonly height: number
}

export function drawTimeline(canvas: HTMLCanvasElement, model: TimelineModel, theme: Theme, scale: number): void {
  const context = canvas.getContext('2d')
  if (!context) return
  const sheet: Sheet = { context, model, theme, scale, width: canvas.width }
  context.clearRect(0, 0, canvas.width, canvas.height)
  drawAxis(sheet)
  const strips = stripsOf(model.rows, scale)
  model.rows.forEach((row, at) => {
    const strip = strips[at]
    if (!strip) return
    context.fillStyle = theme.line
    context.fillRect(0, Math.round(strip.top + strip.height + rowMargin * scale) - 1, canvas.width, 1)
    if (row.kind === 'frames') drawFrames(sheet, strip)
    if (row.kind === 'link') drawLink(sheet, strip)
  })
  drawDensity(sheet, strips)
  drawSelection(sheet, strips)
}

function stripsOf(rows: readonly TimelineRow[], scale: number): readonly Strip[] {
  let top = axisHeight
  return rows.map((row) => {
    const strip = { top: (top + rowMargin) * scale, height: (heightOf(row) - 2 * rowMargin) * scale }
    top += heightOf(row)
    return strip
  })
}

function drawAxis({ context, model, theme, scale, width }: Sheet): void {
  const { span, startMs } = model
  context.font = `${11 * scale}px ${theme.font}`
  context.textBaseline = 'middle'
  for (const { timeMs, text } of axisTicks(span, startMs, Math.max(1, width / scale / tickRoom))) {
    const x = Math.round(((timeMs - span.fromMs) / lengthOf(span)) * width)
    context.fillStyle = theme.line
    context.fillRect(x, 0, 1, context.canvas.height)
    context.fillStyle = theme.quiet
    const left = x + 4 * scale
    // At the edge half of a time would be another time.
    if (left + context.measureText(text).width <= width) context.fillText(text, left, (axisHeight / 2) * scale)
  }
}

/** Pixels are made once, one high a row, and stretched. */
function drawDensity(sheet: Sheet, strips: readonly Strip[]): void {
  const { context, model, theme, scale, width } = sheet
  const rows = model.rows.length
  const colours = model.rows.map((row) => channelsOf(colourOf(row, theme)))
  const pixels = paintDensity({ counts: countRows(model, width), width, rows }, colours, Math.round(scale))
  const lines = new OffscreenCanvas(width, rows)
  lines.getContext('2d')?.putImageData(new ImageData(pixels, width, rows), 0, 0)
  context.imageSmoothingEnabled = false
  strips.forEach(({ top, height }, at) => {
    context.drawImage(lines, 0, at, width, 1, 0, top, width, height)
  })
}

function colourOf(row: TimelineRow, theme: Theme): string {
  switch (row.kind) {
    case 'types':
      return theme.hues[row.hue] ?? theme.text
    case 'errors':
      return theme.bad
    case 'gaps':
      return theme.dropped
    default:
      return theme.rejected
  }
}

/** Errors are counted in their own row, and in that of their type. */
function countRows(model: TimelineModel, width: number): Uint32Array {
  const { columns, clock, span, rows, hidden } = model
  const rowsOfType = new Int32Array(columns.types.length).fill(-1)
  rows.forEach((row, at) => {
    if (row.kind !== 'types') return
    for (const type of row.types) if (!hidden.has(type)) rowsOfType[type] = at
  })
  const { counts } = countEvents(columns, clock, span, rowsOfType, rows.length, width)
  rows.forEach((row, at) => {
    if (row.kind !== 'types' && row.kind !== 'frames') counts.set(countTrack(model, row.kind, width), at * width)
  })
  return counts
}

function countTrack(model: TimelineModel, kind: 'link' | 'errors' | 'rejected' | 'gaps', width: number): Uint32Array {
  const { columns, clock, span, gaps, delays, rejected } = model
  const times = columns.times[clock]
  switch (kind) {
    case 'errors': {
      const rowsOfType = Int32Array.from(columns.types, (_, type) => (columns.errorTypes.has(type) ? 0 : -1))
      return countEvents(columns, clock, span, rowsOfType, 1, width).counts
    }
    case 'link': {
      const timeOf = (place = 0) => columns.timeAt(place, clock)
      return countStretches(
        delays.length,
        (at) => timeOf(delays[at]?.from),
        (at) => timeOf(delays[at]?.to),
        span,
        width,
      )
    }
    case 'rejected': {
      // They have no time of their own, and stand with the event before them.
      const timeOf = (at: number) => timesOfGap(rejected[at] ?? 0, columns, times)[0]
      return countStretches(rejected.length, timeOf, timeOf, span, width)
    }
    case 'gaps': {
      const timesOf = (at: number) => timesOfGap(gaps[at]?.place ?? 0, columns, times)
      return countStretches(
        gaps.length,
        (at) => timesOf(at)[0],
        (at) => timesOf(at)[1],
        span,
        width,
      )
    }
  }
}

function drawFrames({ context, model, theme, scale, width }: Sheet, { top, height }: Strip): void {
  const { columns, clock, frames, span } = model
  const [values] = frames?.numbers.values ?? []
  if (!frames || !values) return
  const highestMs = Math.max(frames.longestMs, 2 * frameMs)
  const yOf = (ms: number) => top + height * (1 - Math.max(0, ms) / highestMs)
  context.fillStyle = theme.line
  context.fillRect(0, Math.round(yOf(frameMs)), width, 1)
  const { places, length } = frames.numbers
  const timeOf = (at: number) => columns.timeAt(places[at] ?? 0, clock)
  context.strokeStyle = theme.outstanding
  context.lineWidth = 1.5 * scale
  context.lineJoin = 'round'
  context.beginPath()
  highestByPixel(length, timeOf, values, span, width).forEach((ms, x) => {
    // Before the first point `lineTo` begins the path.
    if (!Number.isNaN(ms)) context.lineTo(x, yOf(ms))
  })
  context.stroke()
}

/** A line from the first event to the last; bars upon it tell which came late. */
function drawLink({ context, model, theme, scale, width }: Sheet, { top, height }: Strip): void {
  const { columns, clock, span } = model
  const xOf = (timeMs: number) => ((timeMs - span.fromMs) / lengthOf(span)) * width
  const { fromMs, toMs } = columns.extent(clock)
  const thick = 3 * scale
  context.fillStyle = theme.stored
  context.fillRect(xOf(fromMs), top + (height - thick) / 2, Math.max(thick, xOf(toMs) - xOf(fromMs)), thick)
}

function drawSelection({ context, model, theme, scale, width }: Sheet, strips: readonly Strip[]): void {
  const { columns, clock, selected, span, rows } = model
  if (selected === undefined) return
  const x = ((columns.timeAt(selected, clock) - span.fromMs) / lengthOf(span)) * width
  if (x < -scale || x > width + scale) return
  context.fillStyle = theme.accent
  context.fillRect(Math.round(x - scale / 2), 0, Math.max(1, Math.round(scale)), context.canvas.height)
  const type = columns.type[selected] ?? -1
  const strip = strips[rows.findIndex((row) => row.kind === 'types' && row.types.includes(type))]
  if (!strip) return
  context.strokeStyle = theme.accent
  context.lineWidth = 2 * scale
  context.strokeRect(x - 5 * scale, strip.top, 10 * scale, strip.height)
}
