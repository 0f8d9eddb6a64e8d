/** Lists a session's events in order, with the beginnings of their payloads, in step with the timeline. */
import { type ComponentType, memo, type ReactElement, useCallback, useMemo, useSyncExternalStore } from 'react'
import { formatCount } from '../format.ts'
import { hueClass, useHues } from '../hues.ts'
import { Panel } from '../parts/panel.tsx'
import { firstWhere } from './bisect.ts'
import type { ClockName, EventColumns } from './event-columns.ts'
import type { Payloads } from './payloads.ts'
import { formatOffset } from './viewport.ts'
import { VirtualList } from './virtual-list.tsx'

interface EventListProps {
  readonly columns: EventColumns
  /** Grows with the events, which are the same object all the time. */
  readonly version: number
  readonly clock: ClockName
  readonly startMs: number
  readonly hidden: ReadonlySet<number>
  readonly selected: number | undefined
  readonly payloads: Payloads
  readonly onSelect: (place: number) => void
}

const entryHeight = 24
const shownCharacters = 160

export const EventList: ComponentType<EventListProps> = memo((props: EventListProps): ReactElement => {
  const { columns, version, clock, startMs, hidden, selected, payloads, onSelect } = props
  const hues = useHues()
  useSyncExternalStore(payloads.subscribe, payloads.version)
  // biome-ignore lint/correctness/useExhaustiveDependencies: what the columns hold changes with the version
  const places = useMemo(() => shownPlaces(columns, hidden), [columns, version, hidden])
  const placeAt = (index: number): number => places?.[index] ?? index
  const length = places?.length ?? columns.length
  const selectedIndex = selected === undefined ? undefined : indexOf(places, selected)

  const onSight = useCallback(
    (from: number, to: number) => {
      const inSight = Array.from({ length: to - from }, (_, at) => places?.[from + at] ?? from + at)
      payloads.want('list', inSight)
    },
    [payloads, places],
  )

  const entry = (index: number) => {
    const place = placeAt(index)
    const event = payloads.get(place)
    const content = (
      <>
        <span className="time">{formatOffset(columns.timeAt(place, clock) - startMs)}</span>
        <span className="type">{columns.typeAt(place)}</span>
        <span className="data">{event === undefined ? '' : shortData(event.data)}</span>
      </>
    )
    const className = `${hueClass(hues, columns.typeAt(place))}${columns.isError(place) ? ' is-error' : ''}`
    return [content, className] as const
  }
  const fault = payloads.fault()
  return (
    <Panel title="Events" note={noteOn(length, columns.length)} className="event-list">
      {fault !== undefined && (
        <p className="fault" role="alert">
          {fault}
        </p>
      )}
      <VirtualList
        label="Events"
        length={length}
        entryHeight={entryHeight}
        selected={selectedIndex}
        onSelect={(index) => onSelect(placeAt(index))}
        onSight={onSight}
        entry={entry}
      />
    </Panel>
  )
})

const noteOn = (shown: number, all: number): string =>
  shown === all ? formatCount(all) : `${formatCount(shown)} of ${formatCount(all)}`

/** Undefined where all are shown. */
function shownPlaces({ length, type }: EventColumns, hidden: ReadonlySet<number>): Uint32Array | undefined {
  if (hidden.size === 0) return undefined
  const places = new Uint32Array(length)
  let shown = 0
  for (let place = 0; place < length; place++) if (!hidden.has(type[place] ?? -1)) places[shown++] = place
  return places.subarray(0, shown)
}

/** Undefined where the event is not shown. */
function indexOf(places: Uint32Array | undefined, place: number): number | undefined {
  if (!places) return place
  const index = firstWhere(places.length, (at) => (places[at] ?? 0) >= place)
  return places[index] === place ? index : undefined
}

const shortData = (data: unknown): string =>
  data === null || data === undefined ? '' : JSON.stringify(data).slice(0, shownCharacters)
