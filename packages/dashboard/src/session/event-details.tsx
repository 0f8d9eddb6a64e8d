/** Shows one event: what it says, when it was, and what happened just before and after. */
import type { StoredEvent } from '@downlink/collector'
import {
  type ComponentType,
  memo,
  type ReactElement,
  type ReactNode,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from 'react'
import { formatCount, formatSpan, formatTime } from '../format.ts'
import { hueClass, useHues } from '../hues.ts'
import { Panel } from '../parts/panel.tsx'
import { EmptyState, LoadingState } from '../parts/states.tsx'
import { CopyButtons } from './copy-buttons.tsx'
import { Elsewhere } from './elsewhere.tsx'
import type { ClockName, EventColumns } from './event-columns.ts'
import { createLazyStackResolver } from './lazy-stack-resolver.ts'
import { PayloadTree } from './payload-tree.tsx'
import type { Payloads } from './payloads.ts'
import type { StackResolver } from './resolved-stack.ts'
import { stackIn } from './stack.ts'
import { StackPanel } from './stack-panel.tsx'
import { formatOffset } from './viewport.ts'

interface EventDetailsProps {
  readonly columns: EventColumns
  readonly clock: ClockName
  readonly startMs: number
  readonly build: string | undefined
  readonly place: number | undefined
  /** Why the one that the address names is not there. */
  readonly absent: string | undefined
  readonly payloads: Payloads
  readonly onSelect: (place: number) => void
  /** To the next or the one before, of its type or of any. */
  readonly onStep: (step: 1 | -1, ofType: boolean) => void
}

export const EventDetails: ComponentType<EventDetailsProps> = memo((props: EventDetailsProps): ReactElement => {
  const { columns, place, absent, payloads, onStep } = props
  const hues = useHues()
  const [resolver] = useState(createLazyStackResolver)
  useSyncExternalStore(payloads.subscribe, payloads.version)
  useEffect(() => {
    if (place !== undefined) payloads.want('details', [place])
  }, [payloads, place])

  if (place === undefined) {
    return (
      <Panel title="Event" className="event-details">
        {absent === undefined ? (
          <EmptyState title="No event is selected">
            <p className="quiet">Select one in the timeline or in the list.</p>
          </EmptyState>
        ) : (
          <EmptyState title="This event is not stored">
            <p>{absent}</p>
          </EmptyState>
        )}
      </Panel>
    )
  }
  const type = columns.typeAt(place)
  const event = payloads.get(place)
  const step = (text: string, by: 1 | -1, ofType: boolean, key: string) => (
    <button type="button" title={`Key ${key}`} onClick={() => onStep(by, ofType)}>
      {text}
    </button>
  )
  const actions = (
    <>
      {step('‹ Event', -1, false, 'k')}
      {step('Event ›', 1, false, 'j')}
      {step('‹ Of type', -1, true, '[')}
      {step('Of type ›', 1, true, ']')}
    </>
  )
  return (
    <Panel title="Event" actions={actions} className="event-details">
      <h3 className={`type ${hueClass(hues, type)}`}>{type}</h3>
      <Facts {...props} place={place} event={event} />
      {event === undefined ? (
        <LoadingState what="the payload" />
      ) : (
        <Said key={event.id} {...props} place={place} event={event} resolver={resolver} />
      )}
      <Neighbours {...props} place={place} />
    </Panel>
  )
})

interface OneEvent extends EventDetailsProps {
  readonly place: number
}

const timeNames = { corrected: 'Time, corrected', device: "Time, device's", received: 'Time, received' } as const

/** The offset of a clock has the time in it that its hello took. */
const tellableMs = 100

function Facts({
  columns,
  clock,
  startMs,
  place,
  event,
}: OneEvent & { readonly event: StoredEvent | undefined }): ReactElement {
  const atMs = columns.timeAt(place, clock)
  const delayMs = columns.timeAt(place, 'received') - columns.timeAt(place, 'corrected')
  const offsetMs = columns.timeAt(place, 'corrected') - columns.timeAt(place, 'device')
  return (
    <dl className="facts">
      <Fact name="Sequence">{formatCount(columns.seqAt(place))}</Fact>
      <Fact name="Since the start">{formatOffset(atMs - startMs)}</Fact>
      <Fact name={timeNames[clock]}>{formatTime(atMs)}</Fact>
      {Math.abs(offsetMs) >= tellableMs && (
        <Fact name="Device's clock">
          {formatCount(Math.abs(Math.round(offsetMs)))} ms {offsetMs > 0 ? 'behind' : 'ahead'}
        </Fact>
      )}
      <Fact name="Came">{delayMs < 1000 ? 'within a second' : `after ${formatSpan(delayMs)}`}</Fact>
      {event?.version !== undefined && <Fact name="Version">{event.version}</Fact>}
    </dl>
  )
}

interface SaidProps extends OneEvent {
  readonly event: StoredEvent
  readonly resolver: StackResolver
}

const Fact = ({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactElement => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
)

function Said({ event, columns, build, place, resolver }: SaidProps): ReactElement {
  const stack = useMemo(() => stackIn(event.data), [event])
  return (
    <>
      <CopyButtons event={event} />
      {stack && <StackPanel stack={stack} build={build} resolver={resolver} />}
      <section aria-label="Payload">
        <h3>Payload</h3>
        <PayloadTree value={event.data} />
      </section>
      {event.context !== undefined && (
        <section aria-label="Context">
          <h3>Context</h3>
          <PayloadTree value={event.context} />
        </section>
      )}
      {event.envelope !== undefined && (
        <section aria-label="Envelope">
          <h3>What it carried besides</h3>
          <PayloadTree value={event.envelope} />
        </section>
      )}
      {(columns.isError(place) || stack !== undefined) && <Elsewhere event={event} build={build} />}
    </>
  )
}

/** Before and after. */
const neighbours = 4

function Neighbours({ columns, clock, place, onSelect }: OneEvent): ReactElement {
  const hues = useHues()
  const from = Math.max(0, place - neighbours)
  const to = Math.min(columns.length, place + neighbours + 1)
  const atMs = columns.timeAt(place, clock)
  return (
    <section aria-label="Neighbours">
      <h3>Just before and after</h3>
      <ol className="neighbours">
        {Array.from({ length: to - from }, (_, at) => from + at).map((near) => (
          <li key={near} aria-current={near === place}>
            <button
              type="button"
              className={`plain ${hueClass(hues, columns.typeAt(near))}`}
              onClick={() => onSelect(near)}
            >
              <span className="time">{signed(columns.timeAt(near, clock) - atMs)}</span>
              <span className="type">{columns.typeAt(near)}</span>
            </button>
          </li>
        ))}
      </ol>
    </section>
  )
}

const signed = (ms: number): string =>
  Math.abs(ms) < 10_000
    ? `${ms < 0 ? '−' : '+'}${Math.abs(Math.round(ms))} ms`
    : `${ms < 0 ? '−' : '+'}${formatSpan(Math.abs(ms))}`
