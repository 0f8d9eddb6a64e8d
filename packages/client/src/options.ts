/** What can be set, its defaults and its ranges. */
import { isCount } from '@downlink/protocol'
import type { Delivery, Environment } from './environment.ts'
import { TelemetryError } from './errors.ts'

export type OverflowPolicy = 'drop-oldest' | 'drop-newest'

export interface BufferOptions {
  /** Events held, queued and in flight together. @default 5000 */
  readonly capacity?: number
  /** What gives way when it is full: the oldest unsent event, or the new one. @default 'drop-oldest' */
  readonly overflow?: OverflowPolicy
  /** Events that `recent` remembers, whether acked or not. @default 100 */
  readonly recentEvents?: number
  /** Version of the event definitions, stamped on every event. */
  readonly version?: number
  /** Keeps a copy of each payload, for games that pool their objects. @default false */
  readonly copy?: boolean
  /** Sees an event before it is buffered; returns what to keep, or nothing to drop it (counted as `sampled`). */
  readonly redact?: (event: RawEvent) => RawEvent | undefined
}

/** An event before it has a sequence. */
export interface RawEvent {
  readonly type: string
  readonly data: unknown
}

export interface TelemetryOptions extends BufferOptions {
  /**
   * Where the collector listens; `http` becomes `ws`. `globalThis.downlinkConfig.url` overrides it.
   * @default the page's own origin, `/telemetry`
   */
  readonly url?: string
  /** Write key. `globalThis.downlinkConfig.key` overrides it. */
  readonly key?: string
  /** Fetches a write key; called before the first attempt, and once more after a refusal. */
  readonly getToken?: () => string | Promise<string>
  /** The feature flag. `globalThis.downlinkConfig.enabled` overrides it. @default false */
  readonly enabled?: boolean
  /** `plain()` of `@downlink/client/plain` is for any other backend. @default acknowledged, by a collector */
  readonly delivery?: Delivery
  /** Events a batch, at most. @default 50 */
  readonly batchSize?: number
  /** @default 1000 */
  readonly drainIntervalMs?: number
  /** Events that may be unacknowledged; the collector may ask for fewer. @default 2000 */
  readonly windowEvents?: number
  /** Sending pauses above it. @default 262144 */
  readonly maxBufferedBytes?: number
  /** Silence after which a link with something in flight is given up. @default 10000 */
  readonly ackDeadlineMs?: number
  /** First backoff; doubles with each attempt, times a random number up to 1. @default 500 */
  readonly backoffBaseMs?: number
  /** @default 30000 */
  readonly backoffCapMs?: number
  /** Time up, with progress, after which the backoff starts over. @default 5000 */
  readonly minUptimeMs?: number
  /** What the page may still send while it is left. @default 61440 */
  readonly exitBudgetBytes?: number
  /** Names the build in the collector's session. */
  readonly build?: string
  /** Further names of the session; with `build` at most 1 KiB. */
  readonly labels?: Readonly<Record<string, string>>
  /** Names the event definitions. */
  readonly schema?: string
  /** For headless runs. A live session's id is made, so that two players never share one. */
  readonly sessionId?: string
  /** Ports to replace: `{ createSocket }` in Node, a clock in tests. */
  readonly environment?: Partial<Environment>
}

/** The numbers are those of `protocolDefaults`; a test holds them together. */
export const telemetryDefaults = {
  enabled: false as boolean,
  overflow: 'drop-oldest' as OverflowPolicy,
  copy: false as boolean,
  capacity: 5000 as number,
  recentEvents: 100 as number,
  batchSize: 50 as number,
  drainIntervalMs: 1000 as number,
  windowEvents: 2000 as number,
  maxBufferedBytes: 262_144 as number,
  ackDeadlineMs: 10_000 as number,
  backoffBaseMs: 500 as number,
  backoffCapMs: 30_000 as number,
  minUptimeMs: 5000 as number,
  exitBudgetBytes: 61_440 as number,
}

export type TelemetrySettings = typeof telemetryDefaults & TelemetryOptions

/** What a choice may be besides its default; all else are counts. */
const alternatives: { readonly [fallback: string]: unknown } = { false: true, 'drop-oldest': 'drop-newest' }

/**
 * Merges options with the defaults. An option that is undefined counts as left out.
 * @throws {TelemetryError} `bad_option`, naming the option, its range and what came
 */
export function withDefaults(options: TelemetryOptions): TelemetrySettings {
  const settings = { ...options } as Record<string, unknown> & TelemetrySettings
  for (const [name, fallback] of Object.entries(telemetryDefaults)) {
    const value = settings[name] ?? fallback
    const other = alternatives[`${fallback}`]
    const expected = other ? `${fallback} or ${other}` : 'a whole number from 1 up'
    if (other ? value !== fallback && value !== other : !isCount(value, 1)) {
      throw new TelemetryError(`Expected \`${name}\` to be ${expected}, got ${JSON.stringify(value)}`)
    }
    settings[name] = value
  }
  return settings
}
