/** Puts timeline, list, details and map of a session together: they have one selection, one clock, one choice of types. */
import type { Ledger } from '@downlink/collector'
import { type ReactElement, useCallback, useEffect, useMemo, useRef } from 'react'
import { formatCount, formatCounted } from '../format.ts'
import { useShortcuts } from '../shortcuts.ts'
import { reasonsOfGaps } from './absences.ts'
import type { TimelineModel } from './draw-timeline.ts'
import type { ClockName, EventColumns } from './event-columns.ts'
import { EventDetails } from './event-details.tsx'
import { EventList } from './event-list.tsx'
import { MapPanel } from './map-panel.tsx'
import type { Moment } from './moment.ts'
import { useMoment } from './moment.ts'
import { NoEvents } from './no-events.tsx'
import { createPayloads } from './payloads.ts'
import type { Recorded } from './recording.ts'
import { suitableClock } from './suitable-clock.ts'
import { TimelinePanel } from './timeline-panel.tsx'
import { useMarks } from './use-marks.ts'
import { fitted, revealing, type Span } from './viewport.ts'

/** Around an event that an address names without a span. */
const aroundMs = 2000

export function SessionTimeline({ recorded }: { readonly recorded: Recorded }): ReactElement {
  const { ledger, columns, version, places } = recorded
  const [moment, setMoment] = useMoment()
  const { seq } = moment
  const suitable = suitableClock(columns)
  const clock = moment.clock ?? suitable
  const payloads = useMemo(() => createPayloads(ledger.sessionId, columns), [ledger.sessionId, columns])
  useEffect(() => payloads.stop, [payloads])

  const selected = selectedPlace(recorded, seq)
  const all = columns.extent(clock)
  const span = moment.span ?? (selected === undefined ? fitted(all) : around(columns.timeAt(selected, clock)))
  const marks = useMarks(recorded)
  // biome-ignore lint/correctness/useExhaustiveDependencies: what the columns hold changes with the version
  const hidden = useMemo(() => hiddenTypes(columns.types, moment.hidden), [moment.hidden, columns, version])
  const startMs = all.fromMs

  const select = useSelect(recorded, clock, span, setMoment)
  const step = useStep(columns, hidden, selected, select)

  if (columns.length === 0) return <NoEvents recorded={recorded} />
  const model: TimelineModel = { columns, clock, span, startMs, hidden, selected, ...marks }
  return (
    <>
      <TimelinePanel
        model={model}
        version={version}
        note={noteOn(recorded)}
        remark={remarkOn(marks.gaps.length, ledger, suitable)}
        onSpan={(next: Span) => setMoment({ span: next })}
        // Spans are times of one clock, and mean another moment by the other.
        onClock={(next) =>
          setMoment({ clock: next, span: moment.span && spanByClock(columns, moment.span, clock, next) })
        }
        onSelect={select}
        onToggle={(types) => setMoment({ hidden: toggled(moment.hidden, columns.types, types) })}
      />
      <div className={`session-columns ${places ? 'with-map' : ''}`}>
        <EventList
          columns={columns}
          version={version}
          clock={clock}
          startMs={startMs}
          hidden={hidden}
          selected={selected}
          payloads={payloads}
          onSelect={select}
        />
        <EventDetails
          columns={columns}
          clock={clock}
          startMs={startMs}
          build={ledger.build}
          place={selected}
          absent={seq === undefined ? undefined : absenceOf(recorded, seq)}
          payloads={payloads}
          onSelect={select}
          onStep={step}
        />
        {places && (
          <MapPanel
            columns={columns}
            clock={clock}
            startMs={startMs}
            placed={places}
            hidden={hidden}
            selected={selected}
            onSelect={select}
          />
        )}
      </div>
    </>
  )
}

/** Selects an event, and moves the span where the event is out of it. */
function useSelect(
  { columns }: Recorded,
  clock: ClockName,
  span: Span,
  setMoment: (part: Partial<Moment>) => void,
): (place: number) => void {
  // Read when something is selected: list and details need not be rendered with each move of the timeline.
  const latestSpan = useRef(span)
  latestSpan.current = span
  return useCallback(
    (place) => {
      const timeMs = columns.timeAt(place, clock)
      setMoment({ seq: columns.seqAt(place), span: revealing(latestSpan.current, timeMs, columns.extent(clock)) })
    },
    [columns, clock, setMoment],
  )
}

type Step = (by: 1 | -1, ofType: boolean) => void

/** Selects the next event or the one before, of all that are shown or of the selected type; by keys, too. */
function useStep(
  columns: EventColumns,
  hidden: ReadonlySet<number>,
  selected: number | undefined,
  select: (place: number) => void,
): Step {
  const step = useCallback<Step>(
    (by, ofType) => {
      const from = selected ?? (by === 1 ? -1 : columns.length)
      const type = columns.type[from]
      const isOfType = ofType && selected !== undefined
      const fits = (place: number) => (isOfType ? columns.type[place] === type : !hidden.has(columns.type[place] ?? -1))
      const place = columns.neighbour(from, by, fits)
      if (place !== undefined) select(place)
    },
    [columns, hidden, selected, select],
  )
  const keys = useMemo(
    () => [
      { key: 'j', does: 'Next event', run: () => step(1, false) },
      { key: 'k', does: 'Event before', run: () => step(-1, false) },
      { key: ']', does: 'Next event of the selected type', run: () => step(1, true) },
      { key: '[', does: 'Event of the selected type before', run: () => step(-1, true) },
    ],
    [step],
  )
  useShortcuts(keys)
  return step
}

function selectedPlace({ columns }: Recorded, seq: number | undefined): number | undefined {
  if (seq === undefined) return undefined
  const place = columns.placeOf(seq)
  return columns.seqAt(place) === seq && place < columns.length ? place : undefined
}

/** Undefined while it may still come. */
function absenceOf({ progress, rejections, ledger }: Recorded, seq: number): string | undefined {
  if (progress !== 'whole') return undefined
  const rejection = rejections.find((one) => one.seq === seq)
  if (rejection) return `Sequence ${formatCount(seq)} was rejected as ${rejection.code}: ${rejection.message}`
  if (seq > ledger.pushed)
    return `The session has pushed ${formatCounted(ledger.pushed, 'event')}, and not ${formatCount(seq)}.`
  return `Sequence ${formatCount(seq)} was ${reasonsOfGaps(ledger)}.`
}

const around = (timeMs: number): Span => ({ fromMs: timeMs - aroundMs, toMs: timeMs + aroundMs })

/** The same moment by the other clock: by how much the two differ there is what an event near it shows. */
function spanByClock(columns: EventColumns, { fromMs, toMs }: Span, from: ClockName, to: ClockName): Span {
  const order = columns.orders[from]
  const near = Math.min(order.before(columns.times[from], (fromMs + toMs) / 2), order.length - 1)
  const place = order.places[near] ?? 0
  const byMs = columns.timeAt(place, to) - columns.timeAt(place, from)
  return { fromMs: fromMs + byMs, toMs: toMs + byMs }
}

/** Hides the types of which one is shown, shows those of which none is. */
function toggled(names: readonly string[], all: readonly string[], types: readonly number[]): readonly string[] {
  const toToggle = types.map((type) => all[type] ?? '')
  const isShown = toToggle.some((name) => !names.includes(name))
  return [...names.filter((name) => !toToggle.includes(name)), ...(isShown ? toToggle : [])]
}

const hiddenTypes = (types: readonly string[], names: readonly string[]): ReadonlySet<number> =>
  new Set(types.flatMap((name, type) => (names.includes(name) ? [type] : [])))

function remarkOn(gaps: number, ledger: Ledger, suitable: ClockName): string {
  const remarks = [
    suitable === 'received' &&
      'The device’s clock was set by more than a day in the midst of it, so that events stand at first as they were received.',
    gaps > 0 && `Sequences of which nothing is stored were ${reasonsOfGaps(ledger)}.`,
  ]
  return remarks.filter((remark) => remark !== false).join(' ')
}

const noteOn = ({ columns, ledger, progress }: Recorded): string =>
  progress === 'loading' && columns.length < ledger.stored
    ? `${formatCount(columns.length)} of ${formatCounted(ledger.stored, 'event')}`
    : formatCounted(columns.length, 'event')
