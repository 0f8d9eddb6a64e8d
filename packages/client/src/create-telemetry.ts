/** Creates a telemetry: puts session, buffer and connector together. Constructing is inert; `start` connects. */
import type { EventMap, PayloadsOf, TelemetryEvent } from '@downlink/protocol'
import { createBuffer, type LinkedBuffer, type TelemetryBuffer } from './buffer.ts'
import { createClock } from './clock.ts'
import { type Connector, type ConnectorFactory, createConnector } from './connector.ts'
import { flushTimeoutMs, notifyIntervalMs } from './constants.ts'
import { type ContextChanges, type LabelChanges, merge } from './context.ts'
import { realEnvironment } from './environment.ts'
import type { LinkState } from './link-state.ts'
import { fitText } from './metadata.ts'
import { type ClientOptions, withDefaults } from './options.ts'
import type { OutboxStats, Policies } from './outbox.ts'
import type { Environment } from './ports.ts'
import { createSession } from './session.ts'

/** A payload may be left out where its type allows undefined. An event may bring its own timestamp. */
export type PushArguments<Data> = undefined extends Data
  ? [data?: Data, timestamp?: number]
  : [data: Data, timestamp?: number]

export interface TelemetryOptions<Events extends object = EventMap> extends ClientOptions {
  readonly policies?: Policies<keyof Events & string>
  /**
   * `createSpool()` of `@downlink/client/spool` keeps what is not acknowledged in the browser's storage, so that it
   * outlives a crash of the page.
   * @default none: memory alone
   */
  readonly spool?: ConnectorFactory
}

export interface FlushResult {
  /** How many of the events that were unacked at the call are acked now. */
  readonly acked: number
  /** How many are not. They stay in the buffer. */
  readonly remaining: number
}

export interface Telemetry<Events extends object = EventMap> {
  /** Never there at run time; lets `attachTelemetry` and others read the payload types off. */
  readonly '~events'?: PayloadsOf<Events>
  /**
   * A UUIDv7. It changes where `idle` of `@downlink/client/auto` has ended a session, and where the collector turns out to
   * know it from somebody else.
   */
  readonly sessionId: string
  /** The seed's store, below. */
  readonly buffer: TelemetryBuffer
  /**
   * Records an event. O(1); never throws, never blocks. Does nothing while telemetry is off. It happened now, unless it
   * brings a `timestamp`, in milliseconds since 1970.
   */
  push<Type extends keyof Events & string>(type: Type, ...data: PushArguments<Events[Type]>): void
  /** Connects, now and for as long as it is not stopped. Idempotent. */
  start(): void
  /** Sends what an open link still takes, says goodbye, disconnects. Idempotent. */
  stop(): void
  /** The operator's flag AND the player's choice. */
  readonly enabled: boolean
  /**
   * The player's choice; all but true is a no. Off empties the buffer (counted as `disabled`) and disconnects; the session goes on after.
   * On changes nothing while the operator's flag is off.
   */
  setEnabled(enabled: boolean): void
  /**
   * Merges into the context, which each event has from now on: text, numbers, booleans. Undefined or null takes a name
   * away. Above 4,096 bytes as JSON it is not sent.
   */
  setContext(values: ContextChanges): void
  /**
   * Merges into the labels of the session, as of now: text of up to 256 characters, which numbers and booleans become. Else as
   * the context.
   */
  setLabels(labels: LabelChanges): void
  /** Names the player, in the label `player`, by a text or a number; undefined or null, nobody. */
  identify(player?: string | number | null): void
  /** Where the link stands, and so why nothing is being sent. */
  status(): LinkState
  stats(): OutboxStats
  /** The newest `count` events, oldest first, sent or not: for bug reports. */
  recent(count: number): TelemetryEvent[]
  /** Called when status or stats have changed, at most ten times a second. Returns how to unsubscribe. */
  subscribe(listener: () => void): () => void
  /** Resolves when all that is pushed by now is acked, can't be sent, or the time is over. Never rejects. */
  flush(options?: { readonly timeoutMs?: number }): Promise<FlushResult>
}

/**
 * Never throws for an option: what is wrong is warned of, and its default holds.
 *
 * @example
 * const telemetry = createTelemetry<EventsOf<typeof battleEvents>>({ url: '/telemetry', enabled: true })
 * telemetry.start()
 * telemetry.push('bullet_fired', { shipId: 'red-1', team: 'red' })
 */
export function createTelemetry<Events extends object = EventMap>(
  options?: TelemetryOptions<Events>,
): Telemetry<Events> {
  const world = { ...realEnvironment(), ...options?.environment }
  const settings = withDefaults(options, world)
  // Over the world, for a delivery that brings nothing must not take the world away.
  const environment = { ...world, ...settings.delivery?.(world) }
  const session = createSession(environment, settings.sessionId)
  let choice = settings.consent
  const isEnabled = (): boolean => settings.enabled && choice
  const clock = createClock(environment)
  const buffer = createBuffer(settings, environment, clock, session, isEnabled)
  const connector = (settings.spool ?? createConnector)(settings, environment, buffer, session, clock)
  let started = false
  const apply = (): void => {
    if (started && isEnabled()) connector.start()
    else connector.disconnect(started ? 'disabled' : 'idle')
  }

  const telemetry: Telemetry<Events> = {
    get sessionId() {
      return session.id
    },
    get enabled() {
      return isEnabled()
    },
    buffer,
    push: buffer.push,
    start() {
      started = true
      apply()
    },
    stop() {
      started = false
      apply()
    },
    setEnabled(enabled) {
      const on = enabled === true
      if (on === choice) return
      choice = on
      apply()
      if (!on) buffer.clear('disabled')
    },
    setContext(values) {
      buffer.facts = merge(buffer.facts, 'context', values)
    },
    setLabels(labels) {
      buffer.facts = merge(
        buffer.facts,
        'labels',
        labels,
        // Where one of the hello's is taken away, that is said.
        (value, name) => fitText(value) ?? (settings.labels?.[name] && null),
      )
    },
    identify: (player) => telemetry.setLabels({ player }),
    status: connector.status,
    stats: connector.stats,
    recent: buffer.recent,
    subscribe(listener) {
      let cancel: (() => void) | undefined
      const unsubscribe = buffer.subscribe(() => {
        cancel ??= environment.setTimer(() => {
          cancel = undefined
          listener()
        }, notifyIntervalMs)
      })
      return () => {
        unsubscribe()
        cancel?.()
      }
    },
    flush: ({ timeoutMs = flushTimeoutMs } = {}) => flush(buffer, connector, environment, timeoutMs),
  }
  environment.development?.telemetry(telemetry, buffer)
  return telemetry
}

function flush(
  { outbox, subscribe }: LinkedBuffer,
  connector: Connector,
  environment: Environment,
  timeoutMs: number,
): Promise<FlushResult> {
  const { acked, pushed } = outbox
  connector.drain()
  return new Promise((resolve) => {
    const check = (isOver?: boolean): void => {
      const remaining = Math.max(0, pushed - outbox.acked)
      if (remaining && !isOver && 'attempt' in connector.status()) return
      unsubscribe()
      cancel()
      resolve({ acked: pushed - acked - remaining, remaining })
    }
    const unsubscribe = subscribe(check)
    const cancel = environment.setTimer(() => check(true), timeoutMs)
    check()
  })
}
