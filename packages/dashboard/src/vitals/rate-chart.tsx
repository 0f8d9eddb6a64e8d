/** Shows how many events of each type come a second, over the last minute. */
import { type ReactElement, useEffect, useRef } from 'react'
import { formatCount } from '../format.ts'
import { hueOf, useHues } from '../hues.ts'
import { topOf } from './draw-rates.ts'
import { createRateAnimation, type RateAnimation } from './rate-animation.ts'
import { type Rates, ratesNow, seriesOf } from './rates.ts'

interface RateChartProps {
  readonly rates: Rates
  readonly isShown: (type: string) => boolean
  /** What is shown is of now. */
  readonly isRunning: boolean
}

export function RateChart({ rates, isShown, isRunning }: RateChartProps): ReactElement {
  const hues = useHues()
  const canvas = useRef<HTMLCanvasElement>(null)
  const animation = useRef<RateAnimation>(undefined)
  const series = seriesOf(rates, isShown)
  const colours = series.map(({ type }) => (type === undefined ? '--quiet' : `--hue-${hueOf(hues, type)}`))
  const top = topOf(series)
  const now = [...ratesNow(rates)].reduce((sum, [type, rate]) => sum + (isShown(type) ? rate : 0), 0)

  useEffect(() => {
    if (!canvas.current) return
    const running = createRateAnimation(canvas.current)
    animation.current = running
    return () => running.stop()
  }, [])
  useEffect(() => animation.current?.show({ points: rates.points, series, colours, top, isRunning }))

  return (
    <figure className="rates">
      <canvas
        ref={canvas}
        role="img"
        aria-label={`Events a second by type over the last minute: ${formatCount(Math.round(now))} now, the scale ends at ${formatCount(top)}`}
      />
      <span className="scale top">{formatCount(top)}</span>
      <span className="scale middle">{formatCount(top / 2)}</span>
      <figcaption>
        <span>60 s ago</span>
        <span>30 s</span>
        <span>now</span>
      </figcaption>
    </figure>
  )
}
