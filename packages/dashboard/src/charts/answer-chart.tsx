/** Draws an answer as its question says, or says why it can't be drawn. */
import type { QueryResult, QuestionChart } from '@downlink/collector'
import { lazy, type ReactElement, Suspense, useMemo } from 'react'
import { EmptyState, LoadingState } from '../parts/states.tsx'
import { type AxisChart, type HeatChart, type Points, readPoints, readSquares } from './chart-points.ts'
import { alignSeries } from './chart-series.ts'
import { HeatMap } from './heat-map.tsx'
import { LevelImage } from './level-image.tsx'
import './charts.css'

const PlotCanvas = lazy(() => import('./plot-canvas.tsx'))

interface AnswerChartProps {
  readonly result: QueryResult
  readonly chart: QuestionChart
  /** What is drawn. */
  readonly title: string
}

export function AnswerChart({ result, chart, title }: AnswerChartProps): ReactElement | null {
  if (chart.kind === 'table') return null
  if (chart.kind === 'heat') return <HeatAnswer result={result} chart={chart} title={title} />
  return <AxisAnswer result={result} chart={chart} title={title} />
}

function AxisAnswer({ result, chart, title }: AnswerChartProps & { readonly chart: AxisChart }): ReactElement {
  const points = useMemo(() => readPoints(result, chart), [result, chart])
  if ('fault' in points) return <NotDrawn fault={points.fault} />
  return <PointsPlot points={points} kind={chart.kind} title={title} />
}

interface PointsPlotProps {
  readonly points: Points
  readonly kind: AxisChart['kind']
  readonly title: string
}

export function PointsPlot({ points, kind, title }: PointsPlotProps): ReactElement {
  const plot = useMemo(() => alignSeries(points, kind), [points, kind])
  if (plot.xs.length === 0) return <NotDrawn fault="The answer has nothing to draw." />
  const names = plot.series.map(({ name }) => name).join(', ')
  const label = `${title} A ${kind} chart of ${plot.xs.length} places: ${names}. Its rows are in the table.`
  return (
    <Suspense fallback={<LoadingState what="the chart" />}>
      <PlotCanvas plot={plot} label={label} />
    </Suspense>
  )
}

function HeatAnswer({ result, chart, title }: AnswerChartProps & { readonly chart: HeatChart }): ReactElement {
  const map = useMemo(() => readSquares(result, chart), [result, chart])
  if ('fault' in map) return <NotDrawn fault={map.fault} />
  if (map.squares.length === 0) return <NotDrawn fault="The answer has nothing to draw." />
  const label = `${title} A heat map of ${map.squares.length} squares. Its rows are in the table.`
  return (
    <LevelImage map={map}>
      {(image, extent) => <HeatMap map={map} label={label} image={image} extent={extent} />}
    </LevelImage>
  )
}

export const NotDrawn = ({ fault }: { readonly fault: string }): ReactElement => (
  <EmptyState title="No chart">
    <p>{fault}</p>
  </EmptyState>
)
