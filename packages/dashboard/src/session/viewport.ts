/** Says which stretch of time is in sight, from hours to a frame, and how it moves. Pure. */

import { formatCount } from '../format.ts'

/** In milliseconds. */
export interface Span {
  readonly fromMs: number
  readonly toMs: number
}

/** A frame at 60 Hz is 16.7 ms; below that all that happened in it happened at once. */
const minLengthMs = 10

/** Beside the first and the last event, so that none stands on the edge. */
const marginShare = 0.02

export const lengthOf = ({ fromMs, toMs }: Span): number => toMs - fromMs

/** All of it, with some room around. */
export function fitted({ fromMs, toMs }: Span): Span {
  const marginMs = Math.max(minLengthMs / 2, (toMs - fromMs) * marginShare)
  return { fromMs: fromMs - marginMs, toMs: toMs + marginMs }
}

/** @param factor below 1 shows less time, at the same place around `aroundMs` */
export function zoomed(span: Span, factor: number, aroundMs: number, all: Span): Span {
  const lengthMs = clamp(lengthOf(span) * factor, minLengthMs, lengthOf(fitted(all)))
  const share = clamp((aroundMs - span.fromMs) / lengthOf(span), 0, 1)
  const fromMs = aroundMs - lengthMs * share
  return within({ fromMs, toMs: fromMs + lengthMs }, all)
}

export const panned = (span: Span, byMs: number, all: Span): Span =>
  within({ fromMs: span.fromMs + byMs, toMs: span.toMs + byMs }, all)

/** The same length, with this time in sight: where it is already nothing moves. */
export function revealing(span: Span, timeMs: number, all: Span): Span {
  if (timeMs >= span.fromMs && timeMs <= span.toMs) return span
  return panned(span, timeMs - (span.fromMs + span.toMs) / 2, all)
}

/** Never beyond what there is, however far it is moved. */
function within(span: Span, all: Span): Span {
  const limits = fitted(all)
  const lengthMs = Math.min(lengthOf(span), lengthOf(limits))
  const fromMs = clamp(span.fromMs, limits.fromMs, limits.toMs - lengthMs)
  return { fromMs, toMs: fromMs + lengthMs }
}

/** @param text of an address, which anybody may have written */
export function spanOf(from: string | undefined, to: string | undefined): Span | undefined {
  const [fromMs, toMs] = [Number(from || Number.NaN), Number(to || Number.NaN)]
  return toMs - fromMs >= minLengthMs && Number.isFinite(toMs - fromMs) ? { fromMs, toMs } : undefined
}

const clamp = (value: number, min: number, max: number): number => Math.min(Math.max(value, min), max)

export interface AxisTick {
  readonly timeMs: number
  /** Since the start. */
  readonly text: string
}

const secondMs = 1000
const minuteMs = 60 * secondMs
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs
const stepsMs = [1, 2, 5, 10, 20, 50, 100, 200, 500]
  .concat([1, 2, 5, 10, 15, 30].map((count) => count * secondMs))
  .concat([1, 2, 5, 10, 15, 30].map((count) => count * minuteMs))
  .concat([1, 2, 6, 12].map((count) => count * hourMs))
  .concat([1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000].map((count) => count * dayMs))

/** Round times, as many as have room. */
export function axisTicks(span: Span, startMs: number, room: number): readonly AxisTick[] {
  const lengthMs = lengthOf(span)
  const stepMs = stepsMs.find((step) => lengthMs / step <= room) ?? lengthMs / Math.max(1, room)
  const first = Math.ceil((span.fromMs - startMs) / stepMs)
  const count = Math.floor((span.toMs - startMs) / stepMs) - first + 1
  return Array.from({ length: Math.max(0, count) }, (_, at) => {
    const sinceMs = (first + at) * stepMs
    return { timeMs: startMs + sinceMs, text: formatOffset(sinceMs, stepMs) }
  })
}

/**
 * How long after the start.
 *
 * @param stepMs what is shorter is not shown
 * @example formatOffset(83_450) === '1:23.450'; formatOffset(90_000_000, 1000) === '1 d 1:00:00'
 */
export function formatOffset(offsetMs: number, stepMs = 1): string {
  const sign = offsetMs < 0 ? '−' : ''
  const ms = Math.abs(Math.round(offsetMs))
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0')
  const days = ms >= dayMs ? `${formatCount(Math.floor(ms / dayMs))} d` : ''
  if (days !== '' && stepMs % dayMs === 0) return sign + days
  const hours = Math.floor((ms % dayMs) / hourMs)
  const minutes = Math.floor((ms % hourMs) / minuteMs)
  const clock = hours > 0 || days !== '' ? `${hours}:${two(minutes)}` : String(minutes)
  const fraction = stepMs % secondMs === 0 ? '' : `.${String(ms % secondMs).padStart(3, '0')}`
  return `${sign}${days}${days && ' '}${clock}:${two((ms % minuteMs) / secondMs)}${fraction}`
}
