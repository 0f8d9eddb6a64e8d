/** Turns the feed's counts by type into rates over the last minute, for the chart and its legend. */
import type { LiveCounters, LiveHistory } from '@downlink/collector'
import { hueCount } from '../hues.ts'

/** Events a second by type, over the time from `fromMs` to `toMs` of the collector's clock. */
export interface RatePoint {
  readonly fromMs: number
  readonly toMs: number
  readonly rates: ReadonlyMap<string, number>
}

export interface Rates {
  /** Oldest first. */
  readonly points: readonly RatePoint[]
  /** The newest counts, of a second or a little more: the next ones are compared with the oldest of them. */
  readonly counts: readonly TypeCounts[]
}

type TypeCounts = Pick<LiveCounters, 'at' | 'types'>

export const noRates: Rates = { points: [], counts: [] }

/** Clients send once a second: in a shorter time there would be all or nothing. */
const spanMs = 950

export const shownMs = 60_000
/** Left of the chart's edge, so that it is drawn to the edge. */
const keptMs = shownMs + 2000

/** A connection's first message: what was before it. */
export function ratesFrom({ at, types }: LiveHistory): Rates {
  const seconds = Math.max(0, ...Object.values(types).map(({ length }) => length))
  const points = Array.from({ length: seconds }, (_, second): RatePoint => {
    const toMs = at - (seconds - 1 - second) * 1000
    const rates = Object.entries(types).map(([type, perSecond]): [string, number] => [type, perSecond[second] ?? 0])
    return { fromMs: toMs - 1000, toMs, rates: new Map(rates.filter(([, rate]) => rate > 0)) }
  })
  return { points, counts: [] }
}

export function addCounters({ points, counts }: Rates, { at, types }: TypeCounts): Rates {
  const next = { at, types }
  const newest = counts.at(-1)
  // A clock that was set back, or another process.
  if (newest && at <= newest.at) return { points, counts: [next] }
  const first = counts.findLast((one) => at - one.at >= spanMs)
  if (!first) return { points, counts: [...counts, next] }
  const perSecond = 1000 / (at - first.at)
  const rates = new Map<string, number>()
  for (const [type, count] of Object.entries(types)) {
    const more = count - (first.types[type] ?? 0)
    if (more > 0) rates.set(type, more * perSecond)
  }
  const kept = points.filter(({ toMs }) => toMs > at - keptMs)
  return {
    points: [...kept, { fromMs: first.at, toMs: at, rates }],
    counts: [...counts.slice(counts.indexOf(first)), next],
  }
}

const none: ReadonlyMap<string, number> = new Map()

/** Of the last second, by type. */
export const ratesNow = ({ points }: Rates): ReadonlyMap<string, number> => points.at(-1)?.rates ?? none

export interface Series {
  /** Undefined: all types that have no series of their own. */
  readonly type: string | undefined
  readonly rates: readonly number[]
}

const maxSeries = hueCount

/** The commonest types of the minute, each a series, the rest together: more colours nobody tells apart. */
export function seriesOf({ points }: Rates, isShown: (type: string) => boolean): readonly Series[] {
  const totals = new Map<string, number>()
  for (const { rates } of points) {
    for (const [type, rate] of rates) if (isShown(type)) totals.set(type, (totals.get(type) ?? 0) + rate)
  }
  const byRate = [...totals].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).map(([type]) => type)
  const own = byRate.slice(0, byRate.length > maxSeries ? maxSeries - 1 : maxSeries)
  const rest = byRate.slice(own.length)
  const named = own.map((type): Series => ({ type, rates: points.map(({ rates }) => rates.get(type) ?? 0) }))
  if (rest.length === 0) return named
  const others = points.map(({ rates }) => rest.reduce((sum, type) => sum + (rates.get(type) ?? 0), 0))
  return [...named, { type: undefined, rates: others }]
}

/** 1, 2 or 5 times a power of ten. */
export function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, value)))
  return ([1, 2, 5].find((step) => step * power >= value) ?? 10) * power
}
