/** Names what the client needs of the world around it, as narrow ports. The real ones are in `environment.ts`. */

import type { ContextChanges, EventFacts, LabelChanges } from './context.ts'

/** What the page goes through: events of the window, and what `visibilitychange` changed to. */
export type PageSignal =
  | 'online'
  | 'offline'
  | 'visible'
  | 'hidden'
  /** It may be the end, or the begin of a stay in the back-forward cache. */
  | 'pagehide'
  /** The end of such a stay. */
  | 'pageshow'

/** `globalThis.downlinkConfig`: overrides what was built in, so that one build serves every environment. Null is nothing. */
export interface DownlinkConfig {
  readonly url?: string
  readonly key?: string
  readonly enabled?: boolean
}

/** The part of a WebSocket that the link uses; the browser's and the `ws` package's both fit. */
export interface SocketPort {
  readonly bufferedAmount: number
  onopen: Handler<unknown>
  onmessage: Handler<{ readonly data: unknown }>
  onclose: Handler<{ readonly code: number; readonly reason: string }>
  onerror: Handler<unknown>
  send(text: string): void
  close(code?: number): void
}

/** Taken from a method, so that the handlers of a real socket fit, which are given more. */
type Handler<Event> = { on(event: Event): void }['on'] | null

export interface Environment {
  readonly createSocket: (url: string, protocols: string[]) => SocketPort
  /** Milliseconds since 1970, as the system's clock has it: somebody may set it at any time. */
  readonly wallMs: () => number
  /** Milliseconds of a clock that nobody sets and that never goes back, from any beginning. All delays are measured by it. */
  readonly monotonicMs: () => number
  /** Runs once after `delayMs`, in milliseconds. Returns how to cancel it. */
  readonly setTimer: (run: () => void, delayMs: number) => () => void
  /** In [0, 1), for jitter. */
  readonly random: () => number
  /** Secure ones, for ids, where the platform has them. */
  readonly randomBytes: (count: number) => Uint8Array
  readonly isOnline: () => boolean
  /** Returns how to stop listening. */
  readonly onSignal: (listener: (signal: PageSignal) => void) => () => void
  /** Sends a body that outlives the page. Resolves to the answer's text, or to nothing where there is none. */
  readonly post: (url: string, body: string) => Promise<string | undefined>
  /**
   * Bytes of all such bodies that are in flight: a browser allows 64 KiB of them a page.
   * https://fetch.spec.whatwg.org/#http-network-or-cache-fetch (inflightKeepaliveBytes)
   */
  readonly keepalive: { bytes: number }
  /** May be anything, and throw: somebody wrote it by hand into a page. */
  readonly readConfig: () => unknown
  /** What a relative URL is relative to; absent outside a page. */
  readonly pageUrl: string | undefined
  /** Only there where code is not built for production. */
  readonly development: Development | undefined
  readonly warn: (message: string) => void
}

/** How events reach the other end: it puts something of its own between the link and the world. */
export type Delivery = (environment: Environment) => Environment

/** What of a telemetry is watched, and replaced by calls that warn. */
export interface WatchedTelemetry {
  readonly enabled: boolean
  start(): void
  setEnabled(enabled: boolean): void
  setContext(values: ContextChanges): void
  setLabels(labels: LabelChanges): void
}

/** Is shown what is there and what is going on; warns, and catches mistakes where they are made. */
export interface Development {
  /**
   * Warns of options that are wrong, and takes them away, of names that are no options, and of what does not describe a
   * session as it is given. A telemetry without a cap of its backoff gets a lower one.
   *
   * @param kinds an example of each, unless they are those of a telemetry
   */
  readonly options: (options: { [name: string]: unknown }, kinds?: { readonly [name: string]: unknown }) => void
  /** Freezes a payload, which is kept as it is: from now on, changing it throws. */
  readonly push: (type: string, data: unknown) => void
  /** From now on warns where what a game calls can't have its effect. */
  readonly telemetry: (telemetry: WatchedTelemetry, buffer: { readonly facts: EventFacts }) => void
  /**
   * Listens to a socket: what a collector rejects, or leaves out, is worth a warning. Where nobody takes the connection, the
   * close waits until it is known why, and says so.
   */
  readonly socket: (
    socket: Pick<SocketPort, 'onmessage' | 'onclose'>,
    entryAt: (index: number) => { readonly seq: number; readonly type: string } | undefined,
  ) => void
}
