/** Everything the client needs of the world around it, as narrow ports. This file alone touches globals. */
import { createDevelopment, type Development } from './development.ts'
import type { SocketPort } from './socket.ts'

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

/** `globalThis.downlinkConfig`: overrides what was built in, so that one build serves every environment. */
export interface DownlinkConfig {
  readonly url?: string
  readonly key?: string
  readonly enabled?: boolean
}

export interface Environment {
  readonly createSocket: (url: string, protocols: string[]) => SocketPort
  readonly wallMs: () => number
  readonly monotonicMs: () => number
  /** Returns how to cancel it. */
  readonly setTimer: (run: () => void, delayMs: number) => () => void
  /** In [0, 1), for jitter. */
  readonly random: () => number
  /** Secure ones, for ids. */
  readonly randomBytes: (count: number) => Uint8Array
  readonly isOnline: () => boolean
  /** Returns how to stop listening. */
  readonly onSignal: (listener: (signal: PageSignal) => void) => () => void
  /** Sends a body that outlives the page. Resolves to the answer's text, or to nothing where there is none. */
  readonly post: (url: string, body: string) => Promise<string | undefined>
  readonly config: DownlinkConfig | undefined
  /** Base of the default URL; absent outside a page. */
  readonly pageUrl: string | undefined
  /** Only there where code is not built for production. */
  readonly development: Development | undefined
  readonly warn: (message: string) => void
}

/** How events reach the other end: it puts something of its own between the link and the world. */
export type Delivery = (environment: Environment) => Environment

/** The page, worker or Node process that we are in. Called when telemetry is created, not when it is imported. */
export function realEnvironment(): Environment {
  const scope = globalThis as typeof globalThis & { readonly downlinkConfig?: DownlinkConfig }
  const warn = (message: string): void => console.warn(`[downlink] ${message}`)
  return {
    createSocket: (url, protocols) => new WebSocket(url, protocols),
    wallMs: () => Date.now(),
    monotonicMs: () => performance.now(),
    setTimer(run, delayMs) {
      const timer = setTimeout(run, delayMs)
      return () => clearTimeout(timer)
    },
    random: Math.random,
    randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
    // Node has no `navigator.onLine`; only an explicit `false` means offline.
    isOnline: () => scope.navigator?.onLine !== false,
    onSignal(listener) {
      const listening = new AbortController()
      // They all reach the window: `visibilitychange` bubbles, and the others fire nowhere else. Node has none.
      for (const type of ['online', 'offline', 'visibilitychange', 'pagehide', 'pageshow']) {
        const heard = () => listener((type === 'visibilitychange' ? document.visibilityState : type) as PageSignal)
        scope.addEventListener?.(type, heard, listening)
      }
      return () => listening.abort()
    },
    async post(url, body) {
      try {
        if ('keepalive' in Request.prototype) {
          return await (await fetch(url, { method: 'POST', body, keepalive: true })).text()
        }
        navigator.sendBeacon(url, body)
      } catch {
        // Refused, or no network: the events are still in the buffer.
      }
      return undefined
    },
    config: scope.downlinkConfig,
    pageUrl: scope.location?.href,
    development: inDevelopment(warn),
    warn,
  }
}

/** Bundlers replace `process.env.NODE_ENV`, and so cut this off; where nothing did, there may be no `process`. */
function inDevelopment(warn: Environment['warn']): Development | undefined {
  try {
    if (process.env.NODE_ENV !== 'production') return createDevelopment(warn)
  } catch {}
  return undefined
}

declare const process: { readonly env: { readonly NODE_ENV?: string } }
