/** Declares what can be set, with defaults and ranges, and merges it. */
import {
  defaultAckDeadlineMs,
  defaultBatchSize,
  defaultCapacity,
  defaultDrainIntervalMs,
  defaultExitBudgetBytes,
  defaultWindowEvents,
  isCount,
} from '@downlink/protocol'
import { maxDelayMs } from './constants.ts'
import type { OverflowPolicy } from './drop-policy.ts'
import { type FittingMetadata, fitMetadata, type Metadata } from './metadata.ts'
import type { Policies } from './outbox.ts'
import type { Delivery, Environment } from './ports.ts'

/** A number of these options is whole, and from 1 to 2,147,483,647. */
export interface BufferOptions {
  /** Events held, queued and in flight together; from 1. @default 5000 */
  readonly capacity?: number
  /** What gives way when it is full: the oldest unsent event, or the new one. @default 'drop-oldest' */
  readonly overflow?: OverflowPolicy
  /** Events that `recent` remembers, whether acked or not; from 1. @default 100 */
  readonly recentEvents?: number
  /** Encodes each payload at once instead of when its batch is sent, for games that pool their objects. @default false */
  readonly copy?: boolean
  /**
   * `byType({ … })` of `@downlink/client/policies` says by type what must be delivered, of what the latest is enough, and
   * what is sampled.
   * @default each event is recorded, and gives way as `overflow` says
   */
  readonly policies?: Policies
  /** Sees an event before it is buffered; returns what to keep, or nothing to drop it (counted as `sampled`). @default keeps all */
  readonly redact?: (event: RawEvent) => RawEvent | undefined
}

/** An event before it has a sequence. */
export interface RawEvent {
  readonly type: string
  readonly data: unknown
}

/** A number of these options is whole, and from 1 to 2,147,483,647. */
export interface ClientOptions extends BufferOptions, Metadata {
  /**
   * Where the collector listens: `ws`, `wss`, `http`, `https`, or relative to the page; without a path, at `/telemetry`.
   * `globalThis.downlinkConfig.url` overrides it.
   * @default the page's own origin, `/telemetry`
   */
  readonly url?: string
  /** Write key, 1 to 4,096 characters. `globalThis.downlinkConfig.key` overrides it. @default none */
  readonly key?: string
  /** Fetches a write key; called before each attempt, and so once more after a refusal. @default `key` is used */
  readonly getToken?: () => string | undefined | Promise<string | undefined>
  /** The operator's flag, a ceiling. `globalThis.downlinkConfig.enabled` overrides it. @default false */
  readonly enabled?: boolean
  /** The player's choice, until `setEnabled` changes it. All but true is a no, and nothing is recorded. @default true */
  readonly consent?: boolean
  /** `plain()` of `@downlink/client/plain` is for any other backend. @default acknowledged, by a collector */
  readonly delivery?: Delivery
  /** Events a batch, at most; from 1. A full one goes at once. @default 50 */
  readonly batchSize?: number
  /** Milliseconds between two drains of the buffer; from 1. @default 1000 */
  readonly drainIntervalMs?: number
  /** Events that may be unacknowledged, from 1; the collector may ask for fewer. @default 2000 */
  readonly windowEvents?: number
  /** Bytes of the socket's `bufferedAmount` above which sending pauses; from 1. @default 262144 */
  readonly maxBufferedBytes?: number
  /** Milliseconds of silence, from 1, after which a link that is owed an answer is given up. @default 10000 */
  readonly ackDeadlineMs?: number
  /** Ceiling of the first delay after a lost link, in milliseconds, from 1; it doubles with each attempt. @default 500 */
  readonly backoffBaseMs?: number
  /** Ceiling of all these delays, in milliseconds, from 1. @default 30000; 3000 in development */
  readonly backoffCapMs?: number
  /** Milliseconds up, with progress, after which the backoff starts over; from 1. @default 5000 */
  readonly minUptimeMs?: number
  /**
   * Bytes, from 1, that the page may still send while it is left, over all its telemetries: a browser takes 65,536 of whatever
   * outlives a page.
   * @default 61440
   */
  readonly exitBudgetBytes?: number
  /** Ports to replace: `{ createSocket }` in Node, a clock in tests. @default the real ones */
  readonly environment?: Partial<Environment>
}

/** The options whose default is a value. */
export type TelemetryDefaults = Required<
  Omit<ClientOptions, 'url' | 'key' | 'getToken' | 'delivery' | 'redact' | 'policies' | 'environment' | keyof Metadata>
>

export const telemetryDefaults: TelemetryDefaults = {
  enabled: false,
  consent: true,
  overflow: 'drop-oldest',
  copy: false,
  capacity: defaultCapacity,
  recentEvents: 100,
  batchSize: defaultBatchSize,
  drainIntervalMs: defaultDrainIntervalMs,
  windowEvents: defaultWindowEvents,
  maxBufferedBytes: 262_144,
  ackDeadlineMs: defaultAckDeadlineMs,
  backoffBaseMs: 500,
  backoffCapMs: 30_000,
  minUptimeMs: 5000,
  exitBudgetBytes: defaultExitBudgetBytes,
}

export type TelemetrySettings = TelemetryDefaults & Omit<ClientOptions, keyof FittingMetadata> & FittingMetadata

/** Examples of what else an option may be. A choice that is none of its kind is its default. */
export const kinds: { readonly [name: string]: unknown } = {
  ...telemetryDefaults,
  url: '',
  key: '',
  version: 1,
  getToken: Function,
  delivery: Function,
  redact: Function,
  policies: Function,
  spool: Function,
}

/** A number is a size that an array, a delay that a timer, and a version that the collector can have. */
export const isOfKind = (value: unknown, like: unknown): boolean =>
  typeof like === 'number' ? isCount(value, 1) && value <= maxDelayMs : typeof value === typeof like

/** Puts its default in the place of what is left out, and of what is not of its kind, which is warned of by its name. */
export function fitOptions(
  options: Record<string, unknown>,
  kinds: object,
  defaults: { readonly [name: string]: unknown },
  environment: Pick<Environment, 'warn'>,
): void {
  for (const [name, like] of Object.entries(kinds)) {
    options[name] ??= defaults[name]
    if (options[name] !== undefined && !isOfKind(options[name], like)) {
      environment.warn(`bad_option: ${name}`)
      options[name] = defaults[name]
    }
  }
}

type Options = Record<string, unknown> & ClientOptions

/**
 * Merges defaults, options and the page's own configuration. What is undefined counts as left out. What is wrong is
 * warned of (`bad_option`, in development with what was expected and what came), and the default holds: no configuration
 * costs a player's events, or stops a game.
 */
export function withDefaults<Given extends ClientOptions>(
  options: Given | undefined,
  environment: Pick<Environment, 'readConfig' | 'development' | 'warn'>,
): TelemetrySettings & Omit<Given, keyof FittingMetadata> {
  const settings: Options = { ...(options as ClientOptions) }
  // Of what a player was promised, nothing is replaced by a default.
  const { consent = telemetryDefaults.consent, redact } = settings
  try {
    const config = (environment.readConfig() ?? {}) as Options
    for (const name of ['url', 'key', 'enabled']) {
      // Throws where it is no object.
      if (name in config) settings[name] = config[name] ?? settings[name]
    }
  } catch {
    environment.warn('bad_option: downlinkConfig')
  }
  environment.development?.options(settings)
  fitOptions(settings, kinds, telemetryDefaults as Options, environment)
  return { ...settings, ...fitMetadata(settings), consent: consent === true, redact } as unknown as TelemetrySettings &
    Omit<Given, keyof FittingMetadata>
}
