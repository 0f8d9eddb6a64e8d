/** Shows a session's timeline: its rows by name, and what can be done with it. */
import { type KeyboardEvent, type ReactElement, useCallback, useMemo, useRef } from 'react'
import { formatCounted } from '../format.ts'
import { Panel } from '../parts/panel.tsx'
import { Segmented } from '../parts/segmented.tsx'
import { axisHeight, drawTimeline, heightOf, heightOfRows, type TimelineModel } from './draw-timeline.ts'
import type { ClockName } from './event-columns.ts'
import { nearestEvent } from './nearest-event.ts'
import type { TimelineRow } from './timeline-rows.ts'
import { useCanvas } from './use-canvas.ts'
import { useTimelineGestures } from './use-timeline-gestures.ts'
import { fitted, formatOffset, lengthOf, panned, type Span, zoomed } from './viewport.ts'

interface TimelinePanelProps {
  readonly model: TimelineModel
  /** Grows with the events, which are the same object all the time. */
  readonly version: number
  readonly note: string
  /** What there is to say of all of it; empty where nothing. */
  readonly remark: string
  readonly onSpan: (span: Span) => void
  readonly onClock: (clock: ClockName) => void
  readonly onSelect: (place: number) => void
  readonly onToggle: (types: readonly number[]) => void
}

const clockOptions = [
  { value: 'corrected', text: 'Corrected' },
  { value: 'device', text: "Device's" },
  { value: 'received', text: 'Received' },
] as const

/** What a flight recorder is opened for, with room behind the last event. */
const lastMs = 1000
const endRoomMs = 50
const zoomStep = 1.6
const panShare = 0.2
/** How far from an event a click may be, in CSS pixels. */
const clickReach = 12

export function TimelinePanel(props: TimelinePanelProps): ReactElement {
  const { model, version, note, remark, onSpan, onClock, onSelect, onToggle } = props
  const { columns, clock, span, rows } = model
  const canvas = useRef<HTMLCanvasElement>(null)
  const all = columns.extent(clock)

  // biome-ignore lint/correctness/useExhaustiveDependencies: what the columns hold changes with the version
  const draw = useCallback(
    (element: HTMLCanvasElement, theme: Parameters<typeof drawTimeline>[2], scale: number) =>
      drawTimeline(element, model, theme, scale),
    [model, version],
  )
  useCanvas(canvas, heightOfRows(rows), draw)

  const onClick = (x: number, y: number): void => {
    const width = canvas.current?.clientWidth ?? 1
    const msOfPixel = lengthOf(span) / width
    const place = nearestEvent(columns, clock, span.fromMs + x * msOfPixel, clickReach * msOfPixel, fits(model, y))
    if (place !== undefined) onSelect(place)
  }
  useTimelineGestures(canvas, { span, all, onSpan, onClick })

  const zoom = (factor: number) => onSpan(zoomed(span, factor, focusOf(model), all))
  const pan = (share: number) => onSpan(panned(span, share * lengthOf(span), all))

  function onKeyDown(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const run = keys[event.key]
    if (!run) return
    event.preventDefault()
    run()
  }

  const keys: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => pan(-panShare),
    ArrowRight: () => pan(panShare),
    ArrowUp: () => zoom(1 / zoomStep),
    ArrowDown: () => zoom(zoomStep),
    '+': () => zoom(1 / zoomStep),
    '-': () => zoom(zoomStep),
    Home: () => onSpan(fitted(all)),
  }

  const actions = (
    <>
      <Segmented label="Clock" value={clock} options={clockOptions} onChange={onClock} />
      <button type="button" aria-label="Zoom out" onClick={() => zoom(zoomStep)}>
        −
      </button>
      <button type="button" aria-label="Zoom in" onClick={() => zoom(1 / zoomStep)}>
        +
      </button>
      <button type="button" onClick={() => onSpan(fitted(all))}>
        All
      </button>
      <button type="button" onClick={() => onSpan({ fromMs: all.toMs - lastMs, toMs: all.toMs + endRoomMs })}>
        Last second
      </button>
    </>
  )
  return (
    <Panel title="Timeline" note={note} actions={actions} className="timeline">
      <div className="timeline-grid">
        <RowLabels rows={rows} hidden={model.hidden} onToggle={onToggle} />
        <div
          className="timeline-plot"
          role="application"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: its keys are those of the timeline
          tabIndex={0}
          aria-label="Timeline. Arrow keys move and zoom, Home shows all; brackets step through events of the selected type."
          onKeyDown={onKeyDown}
        >
          <canvas ref={canvas} />
        </div>
      </div>
      <SpanText model={model} />
      {remark !== '' && <p className="quiet remark">{remark}</p>}
    </Panel>
  )
}

/** What is looked at stays where it is, else the middle. */
function focusOf({ columns, clock, span, selected }: TimelineModel): number {
  const timeMs = selected === undefined ? Number.NaN : columns.timeAt(selected, clock)
  return timeMs >= span.fromMs && timeMs <= span.toMs ? timeMs : (span.fromMs + span.toMs) / 2
}

/** What a click at this height means: an event of that row, or any where the row is of none. */
function fits({ columns, rows, hidden }: TimelineModel, y: number): (place: number) => boolean {
  let bottom = axisHeight
  const row = rows.find((one) => {
    bottom += heightOf(one)
    return y < bottom
  })
  const isShown = (place: number) => !hidden.has(columns.type[place] ?? -1)
  if (row?.kind === 'errors') return (place) => columns.isError(place)
  if (row?.kind !== 'types' || y < axisHeight) return isShown
  return (place) => row.types.includes(columns.type[place] ?? -1)
}

interface RowLabelsProps {
  readonly rows: readonly TimelineRow[]
  readonly hidden: ReadonlySet<number>
  readonly onToggle: (types: readonly number[]) => void
}

const RowLabels = ({ rows, hidden, onToggle }: RowLabelsProps): ReactElement => (
  <ul className="timeline-labels" aria-label="Rows">
    {rows.map((row) => (
      <li key={row.key} className={row.kind === 'frames' ? 'tall' : ''}>
        {row.kind === 'types' ? (
          <label className={`hue-${row.hue}`} title={row.label}>
            <input
              type="checkbox"
              checked={!row.types.every((type) => hidden.has(type))}
              onChange={() => onToggle(row.types)}
            />
            <span className="name">{row.label}</span>
          </label>
        ) : (
          <span className="name" title={row.label}>
            {row.label}
          </span>
        )}
        <span className="count">{row.note}</span>
      </li>
    ))}
  </ul>
)

/** Which part is in sight, for who does not see it. */
function SpanText({ model }: { readonly model: TimelineModel }): ReactElement {
  const { span, startMs, columns, clock } = model
  const order = columns.orders[clock]
  const times = columns.times[clock]
  const inSight = useMemo(() => order.before(times, span.toMs) - order.before(times, span.fromMs), [order, times, span])
  return (
    <p className="quiet span-text">
      {formatOffset(span.fromMs - startMs)} to {formatOffset(span.toMs - startMs)}, {formatCounted(inSight, 'event')} in
      sight. <span className="hint">Wheel or pinch zooms, drag moves, click selects.</span>
    </p>
  )
}
