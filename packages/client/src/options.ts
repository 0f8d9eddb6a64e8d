/** What can be set, its defaults and its ranges. */
import { isCount } from '@downlink/protocol'
import type { Delivery, Environment } from './environment.ts'
import { fitMetadata, type Metadata } from './metadata.ts'

export type OverflowPolicy = 'drop-oldest' | 'drop-newest'

export interface BufferOptions {
  /** Events held, queued and in flight together. @default 5000 */
  readonly capacity?: number
  /** What gives way when it is full: the oldest unsent event, or the new one. @default 'drop-oldest' */
  readonly overflow?: OverflowPolicy
  /** Events that `recent` remembers, whether acked or not. @default 100 */
  readonly recentEvents?: number
  /** Encodes each payload at once instead of when its batch is sent, for games that pool their objects. @default false */
  readonly copy?: boolean
  /** Sees an event before it is buffered; returns what to keep, or nothing to drop it (counted as `sampled`). */
  readonly redact?: (event: RawEvent) => RawEvent | undefined
}

/** An event before it has a sequence. */
export interface RawEvent {
  readonly type: string
  readonly data: unknown
}

export interface TelemetryOptions extends BufferOptions, Metadata {
  /**
   * Where the collector listens: `ws`, `wss`, `http`, `https`, or relative to the page; without a path, at `/telemetry`.
   * `globalThis.downlinkConfig.url` overrides it.
   * @default the page's own origin, `/telemetry`
   */
  readonly url?: string
  /** Write key, up to 4,096 characters. `globalThis.downlinkConfig.key` overrides it. */
  readonly key?: string
  /** Fetches a write key; called before the first attempt, and once more after a refusal. */
  readonly getToken?: () => string | Promise<string>
  /** The operator's flag, a ceiling. `globalThis.downlinkConfig.enabled` overrides it. @default false */
  readonly enabled?: boolean
  /** The player's choice, until `setEnabled` changes it. All but true is a no, and nothing is recorded. @default true */
  readonly consent?: boolean
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
  /** Ports to replace: `{ createSocket }` in Node, a clock in tests. */
  readonly environment?: Partial<Environment>
}

/** The numbers are those of `protocolDefaults`; a test holds them together. */
export const telemetryDefaults = {
  enabled: false as boolean,
  consent: true as boolean,
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

export type TelemetrySettings = typeof telemetryDefaults &
  TelemetryOptions & {
    /** Somebody has said whether telemetry is on. */
    readonly isDecided: boolean
  }

/** Examples of what else an option may be. A choice that is none of its kind is its default. */
const kinds: { readonly [name: string]: unknown } = {
  ...telemetryDefaults,
  url: '',
  key: '',
  version: 1,
  getToken: Function,
  delivery: Function,
  redact: Function,
}

/** A number is a size that an array, a delay that a timer, and a version that the collector can have. */
const isOfKind = (value: unknown, like: unknown): boolean =>
  typeof like === 'number' ? isCount(value, 1) && value < 2 ** 31 : typeof value === typeof like

type Options = Record<string, unknown> & TelemetryOptions

/**
 * Merges defaults, options and the page's own configuration. What is undefined counts as left out. What is wrong is
 * told, all of it at once, and the default holds: no configuration costs a player's events, or stops a game.
 *
 * @throws {TelemetryError} in development only: `bad_option`, naming the option, what was expected and what came
 */
export function withDefaults(
  options: TelemetryOptions,
  { readConfig, development, warn }: Pick<Environment, 'readConfig' | 'development' | 'warn'>,
): TelemetrySettings {
  const settings: Options = { ...options }
  // Of what a player was promised, nothing is replaced by a default.
  const { consent = telemetryDefaults.consent, redact } = settings
  const wrong: string[] = []
  try {
    const config = readConfig() ?? {}
    if (typeof config !== 'object') wrong.push('downlinkConfig')
    for (const name of ['url', 'key', 'enabled']) settings[name] = (config as Options)[name] ?? settings[name]
  } catch {
    wrong.push('downlinkConfig')
  }
  development?.checkOptions(settings, kinds, isOfKind)
  const isDecided = settings.enabled !== undefined
  const defaults: Record<string, unknown> = telemetryDefaults
  for (const [name, like] of Object.entries(kinds)) {
    const value = settings[name] ?? defaults[name]
    const isRight = value === undefined || isOfKind(value, like)
    if (!isRight) wrong.push(name)
    settings[name] = isRight ? value : defaults[name]
  }
  const metadata = fitMetadata(settings, (name) => wrong.push(name))
  if (wrong.length > 0) warn(`Wrong, or made to fit: ${wrong.join(', ')}`)
  return { ...settings, ...metadata, consent: consent === true, redact, isDecided } as unknown as TelemetrySettings
}
