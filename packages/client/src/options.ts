/** What can be set, its defaults and its ranges. */
import { protocolDefaults, type Rejection, utf8Length } from '@downlink/protocol'
import type { Environment } from './environment.ts'
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
  /** `plain` is for any other backend: no acks, so at most once after `send`. @default 'acked' */
  readonly delivery?: 'acked' | 'plain'
  /** In plain delivery. @default 'json-array' */
  readonly format?: 'json-array' | 'ndjson'
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
  /** Called for each event that the collector rejected. In development a warning is printed besides. */
  readonly onRejected?: (rejection: Rejection) => void
  /** Ports to replace: `{ createSocket }` in Node, a clock in tests. */
  readonly environment?: Partial<Environment>
}

export const telemetryDefaults = {
  enabled: false as boolean,
  delivery: 'acked' as 'acked' | 'plain',
  format: 'json-array' as 'json-array' | 'ndjson',
  capacity: protocolDefaults.capacity as number,
  overflow: 'drop-oldest' as OverflowPolicy,
  recentEvents: 100 as number,
  copy: false as boolean,
  batchSize: protocolDefaults.batchSize as number,
  drainIntervalMs: protocolDefaults.drainIntervalMs as number,
  windowEvents: protocolDefaults.windowEvents as number,
  maxBufferedBytes: 262_144 as number,
  ackDeadlineMs: protocolDefaults.ackDeadlineMs as number,
  backoffBaseMs: 500 as number,
  backoffCapMs: 30_000 as number,
  minUptimeMs: 5000 as number,
  exitBudgetBytes: protocolDefaults.exitBudgetBytes as number,
}

export type TelemetrySettings = typeof telemetryDefaults & TelemetryOptions

export type BufferSettings = Pick<TelemetrySettings, keyof BufferOptions>

/** Least values of the whole-number options. */
const least = {
  capacity: 1,
  recentEvents: 0,
  batchSize: 1,
  drainIntervalMs: 1,
  windowEvents: 1,
  maxBufferedBytes: 1,
  ackDeadlineMs: 1,
  backoffBaseMs: 1,
  backoffCapMs: 1,
  minUptimeMs: 0,
  exitBudgetBytes: 0,
  version: 1,
} as const

const choices = {
  overflow: ['drop-oldest', 'drop-newest'],
  delivery: ['acked', 'plain'],
  format: ['json-array', 'ndjson'],
} as const

/**
 * Merges options with the defaults.
 * @throws {TelemetryError} `bad_option`, naming the option, its range and what came
 */
export function withDefaults(options: TelemetryOptions): TelemetrySettings {
  const settings: TelemetrySettings = { ...telemetryDefaults }
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined) Object.assign(settings, { [name]: value })
  }
  for (const [name, from] of Object.entries(least)) {
    const value = settings[name as keyof typeof least]
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= from)) {
      throw bad(name, `a whole number from ${from} up`, value)
    }
  }
  for (const [name, allowed] of Object.entries(choices)) {
    const value = settings[name as keyof typeof choices]
    if (!(allowed as readonly string[]).includes(value)) throw bad(name, `one of ${allowed.join(', ')}`, value)
  }
  const { sessionId } = settings
  if (sessionId !== undefined && !/^[\w.-]{1,64}$/.test(sessionId)) {
    throw bad('sessionId', '1 to 64 letters, digits or ._-', sessionId)
  }
  const metaBytes = utf8Length(JSON.stringify({ build: settings.build, labels: settings.labels }))
  if (metaBytes > protocolDefaults.maxMetaBytes) {
    throw bad('build and labels', `at most ${protocolDefaults.maxMetaBytes} bytes as JSON`, `${metaBytes} bytes`)
  }
  return settings
}

const bad = (name: string, expected: string, value: unknown): TelemetryError =>
  new TelemetryError('bad_option', `Expected \`${name}\` to be ${expected}, got ${String(value)}`)
