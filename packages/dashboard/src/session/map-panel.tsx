/** Shows where events happened, and scrubs through time: the map and the timeline have one cursor. */
import { type ComponentType, memo, type ReactElement, useCallback, useMemo, useRef, useState } from 'react'
import { formatCounted } from '../format.ts'
import { useHues } from '../hues.ts'
import { Panel } from '../parts/panel.tsx'
import { firstWhere } from './bisect.ts'
import { drawMap } from './draw-map.ts'
import type { ClockName, EventColumns } from './event-columns.ts'
import type { PlacedEvents } from './field-reader.ts'
import type { NumberColumns } from './number-columns.ts'
import type { Theme } from './theme.ts'
import { useCanvas } from './use-canvas.ts'
import { formatOffset } from './viewport.ts'

interface MapPanelProps {
  readonly columns: EventColumns
  readonly clock: ClockName
  readonly startMs: number
  readonly placed: PlacedEvents
  readonly hidden: ReadonlySet<number>
  readonly selected: number | undefined
  readonly onSelect: (place: number) => void
}

const mapHeight = 360
const trails = [
  { value: '1000', text: '1 s' },
  { value: '5000', text: '5 s' },
  { value: '30000', text: '30 s' },
  { value: 'Infinity', text: 'All before' },
] as const
/** More dots than these are no trail any more; all places are there faintly. */
const maxLitEvents = 2000

export const MapPanel: ComponentType<MapPanelProps> = memo((props: MapPanelProps): ReactElement => {
  const { columns, clock, startMs, placed, hidden, selected, onSelect } = props
  const { numbers } = placed
  const hues = useHues()
  const canvas = useRef<HTMLCanvasElement>(null)
  const [trail, setTrail] = useState<string>('5000')
  const shown = useMemo(() => shownRows(placed.numbers, columns, hidden), [placed, columns, hidden])
  const placeAt = (index: number): number => numbers.places[shown[index] ?? 0] ?? 0
  const to = selected === undefined ? shown.length : firstWhere(shown.length, (index) => placeAt(index) > selected)
  const cursorMs = to === 0 ? 0 : columns.timeAt(placeAt(to - 1), clock)
  let from = to
  while (from > 0 && to - from < maxLitEvents && columns.timeAt(placeAt(from - 1), clock) >= cursorMs - Number(trail))
    from--
  const row = to > 0 && placeAt(to - 1) === selected ? shown[to - 1] : undefined

  const draw = useCallback(
    (element: HTMLCanvasElement, theme: Theme, scale: number) =>
      drawMap(element, { columns, hues, numbers, shown, from, to, selected: row }, theme, scale),
    [columns, hues, numbers, shown, from, to, row],
  )
  useCanvas(canvas, mapHeight, draw)

  const atText = to === 0 ? 'before the first' : formatOffset(cursorMs - startMs)
  const actions = (
    <label className="field">
      <span>Trail</span>
      <select value={trail} onChange={(event) => setTrail(event.target.value)}>
        {trails.map(({ value, text }) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  )
  return (
    <Panel title="Map" note={formatCounted(shown.length, 'place')} actions={actions} className="map">
      <div className="map-plot">
        <canvas ref={canvas} role="img" aria-label={`Where events happened, up to ${atText}`} />
      </div>
      <label className="scrub">
        <span className="quiet">{atText}</span>
        <input
          type="range"
          aria-label="Time on the map"
          aria-valuetext={atText}
          min={0}
          max={Math.max(0, shown.length - 1)}
          value={Math.max(0, to - 1)}
          onChange={({ target }) => {
            if (target.valueAsNumber < shown.length) onSelect(placeAt(target.valueAsNumber))
          }}
        />
      </label>
    </Panel>
  )
})

function shownRows(
  { places, length }: NumberColumns,
  { type }: EventColumns,
  hidden: ReadonlySet<number>,
): Uint32Array {
  const rows = new Uint32Array(length)
  let shown = 0
  for (let row = 0; row < length; row++) if (!hidden.has(type[places[row] ?? 0] ?? -1)) rows[shown++] = row
  return rows.subarray(0, shown)
}
