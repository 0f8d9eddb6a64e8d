/** The public face: puts buffer, session and connector together. Constructing is inert; `start` connects. */
import type { EventMap, TelemetryEvent } from '@downlink/protocol'
import { createBuffer, type TelemetryBuffer } from './buffer.ts'
import { createClock } from './clock.ts'
import { createConnector } from './connector.ts'
import { realEnvironment } from './environment.ts'
import type { LinkState } from './link-state.ts'
import { type TelemetryOptions, withDefaults } from './options.ts'
import type { OutboxStats } from './outbox.ts'
import { createSession } from './session.ts'

/** A payload may be left out where its type allows undefined. */
export type PushArguments<Data> = undefined extends Data ? [data?: Data] : [data: Data]

export interface FlushResult {
  /** How many of the events that were unacked at the call are acked now. */
  readonly acked: number
  /** How many are not. They stay in the buffer. */
  readonly remaining: number
}

export interface Telemetry<Events extends EventMap = EventMap> {
  /** Never there at run time; lets `attachTelemetry` and others read the payload types off. */
  readonly '~events'?: Events
  /** A UUIDv7; it changes only where the collector turns out to know it from somebody else. */
  readonly sessionId: string
  /** The seed's store, below. */
  readonly buffer: TelemetryBuffer
  /** Records an event. O(1); never throws, never blocks. Does nothing while telemetry is off. */
  push<Type extends keyof Events & string>(type: Type, ...data: PushArguments<Events[Type]>): void
  /** Connects, now and for as long as it is not stopped. Twice is once. */
  start(): void
  /** Sends what an open link still takes, says goodbye, disconnects. Twice is once. */
  stop(): void
  readonly enabled: boolean
  /** The player's toggle. Off empties the buffer (counted as `disabled`) and disconnects; the session goes on after. */
  setEnabled(enabled: boolean): void
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

const notifyIntervalMs = 100
const flushTimeoutMs = 5000

/**
 * @example
 * const telemetry = createTelemetry<EventsOf<typeof battleEvents>>({ url: '/telemetry', enabled: true })
 * telemetry.start()
 * telemetry.push('bullet_fired', { shipId: 'red-1', team: 'red' })
 * @throws {TelemetryError} `bad_option`
 */
export function createTelemetry<Events extends EventMap = EventMap>(options: TelemetryOptions = {}): Telemetry<Events> {
  const settings = withDefaults(options)
  const environment = { ...realEnvironment(), ...settings.environment }
  const clock = createClock(environment)
  const makeSession = (id?: string) => createSession(environment.randomBytes, environment.wallMs(), id)
  let session = makeSession(settings.sessionId)
  let enabled = environment.config?.enabled ?? settings.enabled
  let started = false
  const buffer = createBuffer(settings, { clock, sessionId: () => session.id, ...environment })
  const connector = createConnector(settings, {
    buffer,
    clock,
    environment,
    session: () => session,
    renewSession: () => {
      session = makeSession()
    },
  })

  return {
    get sessionId() {
      return session.id
    },
    get enabled() {
      return enabled
    },
    buffer,
    push(type: string, data?: unknown) {
      if (enabled) buffer.push(type, data)
    },
    start() {
      if (started) return
      started = true
      if (enabled) connector.start()
      else {
        connector.disable()
        if (environment.development && options.enabled === undefined) {
          environment.warn('Telemetry is off: set `enabled`')
        }
      }
    },
    stop() {
      if (!started) return
      started = false
      connector.stop()
    },
    setEnabled(on) {
      if (on === enabled) return
      enabled = on
      if (!on) {
        if (started) connector.disable()
        buffer.empty('disabled')
      } else if (started) connector.start()
    },
    status: connector.state,
    stats: buffer.stats,
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
    flush({ timeoutMs = flushTimeoutMs } = {}) {
      const { outbox } = buffer
      const [from, target] = [outbox.acked(), outbox.pushed()]
      connector.drain()
      return new Promise((resolve) => {
        const finish = (): void => {
          stop()
          cancel()
          const remaining = Math.max(0, target - outbox.acked())
          resolve({ acked: target - from - remaining, remaining })
        }
        const isOver = () => outbox.acked() >= target || !('attempt' in connector.state())
        const stop = buffer.subscribe(() => isOver() && finish())
        const cancel = environment.setTimer(finish, timeoutMs)
        if (isOver()) finish()
      })
    },
  } as Telemetry<Events>
}
