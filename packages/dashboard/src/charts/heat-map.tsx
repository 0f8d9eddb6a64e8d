/** Draws squares by their value, over an image of the level where somebody picks one. The image stays in the page. */
import { type ReactElement, useEffect, useMemo, useRef, useState } from 'react'
import type { Theme } from '../session/theme.ts'
import type { Squares } from './chart-points.ts'
import { useTheme } from './use-theme.ts'

interface HeatMapProps {
  readonly map: Squares
  readonly label: string
  readonly image?: ImageBitmap | undefined
  /** Where the image lies, and how much is shown; none: as far as there are squares. */
  readonly extent?: Extent | undefined
  /** The value that has the full colour, so that two maps can be compared. @default the largest */
  readonly max?: number
}

export interface Extent {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

const maxHeightPx = 560

export function HeatMap({ map, label, image, extent, max = maxOf(map) }: HeatMapProps): ReactElement {
  const frame = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const theme = useTheme()
  const [width, setWidth] = useState(0)
  const [pointed, setPointed] = useState('')
  const shown = useMemo(() => extent ?? extentOf(map), [extent, map])
  const scale = Math.min(width / (shown.right - shown.left), maxHeightPx / (shown.bottom - shown.top))

  useEffect(() => {
    if (!frame.current) return
    const element = frame.current
    const observer = new ResizeObserver(() => setWidth(element.clientWidth))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])

  useEffect(() => {
    if (canvas.current && width > 0) draw(canvas.current, { map, shown, scale, image, max, theme })
  }, [map, shown, scale, image, max, theme, width])

  const point = (clientX: number, clientY: number, box: DOMRect): void => {
    const x = shown.left + (clientX - box.left) / scale
    const y = shown.top + (clientY - box.top) / scale
    const square = map.squares.find(
      (one) => x >= one.x && x < one.x + map.width && y >= one.y && y < one.y + map.height,
    )
    setPointed(square ? `${figure.format(square.x)}, ${figure.format(square.y)}: ${figure.format(square.value)}` : '')
  }

  return (
    <figure className="heat">
      <div className="heat-frame" ref={frame}>
        <canvas
          ref={canvas}
          role="img"
          aria-label={label}
          onPointerMove={(event) => point(event.clientX, event.clientY, event.currentTarget.getBoundingClientRect())}
          onPointerLeave={() => setPointed('')}
        />
      </div>
      <figcaption className="quiet" aria-hidden="true">
        {pointed || `Full colour: ${figure.format(max)}`}
      </figcaption>
    </figure>
  )
}

const figure = new Intl.NumberFormat('en', { maximumFractionDigits: 2 })

export const maxOf = ({ squares }: Squares): number =>
  squares.reduce((max, { value }) => Math.max(max, Math.abs(value)), 0) || 1

export function extentOf({ squares, width, height }: Squares): Extent {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const { x, y } of squares) {
    left = Math.min(left, x)
    top = Math.min(top, y)
    right = Math.max(right, x + width)
    bottom = Math.max(bottom, y + height)
  }
  return squares.length === 0 ? { left: 0, top: 0, right: 1, bottom: 1 } : { left, top, right, bottom }
}

interface Drawing {
  readonly map: Squares
  readonly shown: Extent
  readonly scale: number
  readonly image: ImageBitmap | undefined
  readonly max: number
  readonly theme: Theme
}

function draw(canvas: HTMLCanvasElement, { map, shown, scale, image, max, theme }: Drawing): void {
  const [width, height] = [(shown.right - shown.left) * scale, (shown.bottom - shown.top) * scale]
  canvas.width = Math.round(width * devicePixelRatio)
  canvas.height = Math.round(height * devicePixelRatio)
  canvas.style.width = `${width}px`
  canvas.style.height = `${height}px`
  const context = canvas.getContext('2d')
  if (!context) return
  context.scale(devicePixelRatio, devicePixelRatio)
  if (image) context.drawImage(image, 0, 0, width, height)
  for (const { x, y, value } of map.squares) {
    context.fillStyle = value < 0 ? (theme.hues[1] ?? theme.accent) : theme.bad
    // Few are seen beside many, too.
    context.globalAlpha = 0.1 + 0.85 * Math.sqrt(Math.min(1, Math.abs(value) / max))
    context.fillRect((x - shown.left) * scale, (y - shown.top) * scale, map.width * scale, map.height * scale)
  }
}
