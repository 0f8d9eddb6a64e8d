/** Brings telemetry to React games: the connector as a component, its state as a hook. */
import type { EventMap } from '@downlink/protocol'
import {
  createContext,
  createElement,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useRef,
  useSyncExternalStore,
} from 'react'
import type { Telemetry } from './create-telemetry.ts'
import type { LinkState } from './link-state.ts'
import type { OutboxStats } from './outbox.ts'

const TelemetryContext = createContext<Telemetry | undefined>(undefined)

export interface TelemetryConnectorProps<Events extends object> {
  /** Made once, outside of any component, so that strict mode and hot reload keep its session. */
  readonly telemetry: Telemetry<Events>
  /** The player's choice, under the operator's flag. Left out, the telemetry keeps what it has. */
  readonly enabled?: boolean
  readonly children?: ReactNode
}

/** Connects while it is mounted, and hands the telemetry to `useTelemetry` below it. */
export function TelemetryConnector<Events extends object>({
  telemetry,
  enabled,
  children,
}: TelemetryConnectorProps<Events>): ReactNode {
  // First the choice, so that nothing starts that the player has switched off.
  useEffect(() => {
    if (enabled !== undefined) telemetry.setEnabled(enabled)
  }, [telemetry, enabled])
  useEffect(() => {
    telemetry.start()
    return () => telemetry.stop()
  }, [telemetry])
  return createElement(TelemetryContext.Provider, { value: telemetry as unknown as Telemetry }, children)
}

export interface TelemetryView<Events extends object> {
  readonly telemetry: Telemetry<Events>
  readonly status: LinkState
  readonly stats: OutboxStats
}

/**
 * Renders with the state of a telemetry, at most ten times a second.
 *
 * @param telemetry left out, that of the `<TelemetryConnector>` above
 * @throws {Error} where there is neither
 */
export function useTelemetry<Events extends object = EventMap>(telemetry?: Telemetry<Events>): TelemetryView<Events> {
  const above = useContext(TelemetryContext) as unknown as Telemetry<Events> | undefined
  const found = telemetry ?? above
  if (!found) throw new Error('Expected a <TelemetryConnector> above useTelemetry(), or a telemetry as its argument')
  const view = useRef<TelemetryView<Events> | undefined>(undefined)
  const subscribe = useCallback(
    (listener: () => void) => {
      // What changed since the first render went unheard: React compares once more after subscribing.
      view.current = undefined
      return found.subscribe(() => {
        view.current = undefined
        listener()
      })
    },
    [found],
  )
  // React compares snapshots by identity, so one is kept until something changes.
  const read = (): TelemetryView<Events> => {
    if (view.current?.telemetry !== found) {
      view.current = { telemetry: found, status: found.status(), stats: found.stats() }
    }
    return view.current
  }
  return useSyncExternalStore(subscribe, read, read)
}
