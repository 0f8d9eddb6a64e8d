/** Draws lines, bars and points. Loaded on demand, for it brings the library that draws. */
import { type ReactElement, useEffect, useMemo, useRef, useState } from 'react'
import UPlot, { type AlignedData, type Options, type Series } from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { distinctHues, useHues } from '../hues.ts'
import type { Theme } from '../session/theme.ts'
import type { XScale } from './chart-points.ts'
import type { Plot } from './chart-series.ts'
import { formatTick } from './format-tick.ts'
import { useTheme } from './use-theme.ts'

interface PlotCanvasProps {
  readonly plot: Plot
  /** What is drawn, for who can't see it: the rows stand below. */
  readonly label: string
}

const heightPx = 340

export default function PlotCanvas({ plot, label }: PlotCanvasProps): ReactElement {
  const frame = useRef<HTMLDivElement>(null)
  const theme = useTheme()
  const types = useHues()
  const hues = useMemo(
    () =>
      distinctHues(
        types,
        plot.series.map(({ name }) => name),
      ),
    [types, plot],
  )
  const [pointed, setPointed] = useState('')

  useEffect(() => {
    if (!frame.current) return
    const element = frame.current
    const colours = hues.map((hue) => theme.hues[hue])
    const options = optionsFor(plot, colours, theme, element.clientWidth, setPointed)
    const data = [plot.xs, ...plot.series.map(({ ys }) => ys)] as unknown as AlignedData
    const drawn = new UPlot(options, data, element)
    const observer = new ResizeObserver(() => drawn.setSize({ width: element.clientWidth, height: heightPx }))
    observer.observe(element)
    return () => {
      observer.disconnect()
      drawn.destroy()
    }
  }, [plot, hues, theme])

  return (
    <figure className="plot">
      <ul className="legend" aria-hidden="true">
        {plot.series.map(({ name }, at) => (
          <li key={name} className={`hue-${hues[at]}`}>
            {name}
          </li>
        ))}
        {plot.leftOut > 0 && <li className="left-out">{plot.leftOut} more are not drawn</li>}
        {plot.covered > 0 && <li className="left-out">{plot.covered} behind others are not drawn</li>}
      </ul>
      <div className="plot-frame" ref={frame} role="img" aria-label={label} />
      <figcaption className="quiet" aria-hidden="true">
        {pointed || '\u00A0'}
      </figcaption>
    </figure>
  )
}

function optionsFor(
  plot: Plot,
  colours: readonly (string | undefined)[],
  theme: Theme,
  width: number,
  onPoint: (text: string) => void,
): Options {
  const { kind, scale, names, series, xs } = plot
  const nameAt = (x: number) => names[Math.round(x)] ?? ''
  const isNamed = scale === 'name'
  const isWhole = series.every(({ ys }) => ys.every((y) => y === null || Number.isInteger(y)))
  // Names that would run into each other are turned.
  const turned =
    isNamed && names.reduce((sum, name) => sum + Math.min(name.length, maxNameLength) + 2, 0) * 7 > width - 60
  const grid = { stroke: theme.line, width: 1 }
  const axis = { stroke: theme.quiet, grid, ticks: { ...grid, size: 4 }, font: '12px system-ui, sans-serif' }
  const [lone = 0] = xs
  const isLone = xs.every((x) => x === lone)
  const margin = kind === 'bar' ? barMargin(plot) : isLone ? loneMargin[scale] : 0
  return {
    width,
    height: heightPx,
    // Times are read as the rows have them.
    tzDate: (ms) => UPlot.tzDate(new Date(ms), 'Etc/UTC'),
    ms: 1,
    legend: { show: false },
    cursor: { y: false, points: { size: 6 } },
    scales: {
      x: {
        time: scale === 'time',
        // Of a single place the drawing library has a range of its own.
        range: (_, min, max) => (isLone ? [lone - margin, lone + margin] : [min - margin, max + margin]),
      },
      y: { range: (_, min, max) => rangeOf(kind, min, max) },
    },
    axes: [
      {
        ...axis,
        ...(scale === 'time' && {
          values: (_: UPlot, splits: number[], _axis: number, _space: number, step: number) =>
            splits.map((ms) => formatTick(ms, step)),
        }),
        ...(isNamed && {
          splits: () => names.map((_, at) => at),
          values: (_: UPlot, splits: number[]) => splits.map((at) => shorten(nameAt(at))),
          grid: { show: false },
        }),
        ...(scale === 'number' && xs.every(Number.isInteger) && { incrs: wholeSteps }),
        ...(turned ? { rotate: -35, size: 90 } : { size: 32 }),
      },
      {
        ...axis,
        size: 62,
        values: (_, splits) => splits.map((value) => short.format(value)),
        // Of what is counted there are no halves.
        ...(isWhole && { incrs: wholeSteps }),
      },
    ],
    series: [{}, ...series.map(({ name }, at): Series => seriesFor(plot, name, colours[at]))],
    hooks: {
      setCursor: [
        (drawn) => {
          const { idx } = drawn.cursor
          if (idx === null || idx === undefined) return onPoint('')
          const x = xs[idx] ?? 0
          const place = isNamed ? nameAt(x) : scale === 'time' ? new Date(x).toISOString() : short.format(x)
          const values = series.flatMap(({ name, ys }) => {
            const y = ys[idx]
            return y === null || y === undefined ? [] : [`${name} ${exact.format(y)}`]
          })
          onPoint([place, ...values].join('   '))
        },
      ],
    },
  }
}

function seriesFor({ kind, series }: Plot, label: string, hue = 'currentColor'): Series {
  if (kind === 'bar') {
    const { bars } = UPlot.paths
    return {
      label,
      stroke: hue,
      fill: translucent(hue),
      width: 1,
      points: { show: false },
      // Between the bars of a group there is no gap of its own.
      ...(bars && { paths: bars({ size: series.length > 1 ? [0.95] : [0.8, 120] }) }),
    }
  }
  if (kind === 'scatter') {
    return { label, stroke: hue, fill: hue, paths: () => null, points: { show: true, size: 6, fill: translucent(hue) } }
  }
  return { label, stroke: hue, width: 2, spanGaps: true, points: { size: 5, fill: hue } }
}

/** Beside a single place, in the units of the axis. */
const loneMargin: Readonly<Record<XScale, number>> = { time: 60_000, number: 1, name: 1 }

/** Fewer groups of bars stand as wide as if there were so many. */
const minBarPlaces = 5

/** Half a group of bars, and a little air. */
function barMargin({ xs, series }: Plot): number {
  const places = xs.length / series.length
  const step = places > 1 ? ((xs.at(-1) ?? 0) - (xs[0] ?? 0)) / Math.max(1, places - 1) : 1
  return step * Math.max(0.7, (minBarPlaces - places) / 2)
}

/** Bars stand on zero; a lone value has room around it. */
function rangeOf(kind: Plot['kind'], min: number | null, max: number | null): [number, number] {
  if (min === null || max === null) return [0, 1]
  const low = kind === 'scatter' ? min : Math.min(0, min)
  const air = (max - low || Math.abs(max) || 1) * 0.08
  return [kind === 'scatter' || low < 0 ? low - air : low, max + air]
}

const wholeSteps = Array.from({ length: 16 }, (_, power) => [1, 2, 5].map((step) => step * 10 ** power)).flat()

const maxNameLength = 18
const shorten = (name: string): string => (name.length > maxNameLength ? `${name.slice(0, maxNameLength - 1)}…` : name)

/** `rgb(…)`, as computed styles have it. */
const translucent = (colour: string): string => colour.replace(/^rgb\((.*)\)$/, 'rgba($1, 0.45)')

const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 2 })
const exact = new Intl.NumberFormat('en', { maximumFractionDigits: 3 })
