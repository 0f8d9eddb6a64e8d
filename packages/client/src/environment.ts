/** Everything the client needs of the world around it, as narrow ports. This file alone touches globals. */

/**
 * The part of a WebSocket that the link uses; the browser's and the `ws` package's both fit. Their events are typed
 * differently, and only a handler of `never` may be read from both.
 */
export interface SocketPort {
  readonly readyState: number
  readonly bufferedAmount: number
  onopen: ((event: never) => void) | null
  /** The event has `data`: text. */
  onmessage: ((event: never) => void) | null
  /** The event has `code` and `reason`. */
  onclose: ((event: never) => void) | null
  onerror: ((event: never) => void) | null
  send(text: string): void
  close(code?: number): void
}

/** What the page goes through. `leave` may be the end, or a stay in the back-forward cache that `return` ends. */
export type PageSignal = 'online' | 'offline' | 'visible' | 'hidden' | 'leave' | 'return'

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
  /** Freezes payloads and gives hints. */
  readonly development: boolean
  readonly warn: (message: string) => void
}

/** The page, worker or Node process that we are in. Called when telemetry is created, not when it is imported. */
export function realEnvironment(): Environment {
  const scope = globalThis as typeof globalThis & { readonly downlinkConfig?: DownlinkConfig }
  const inPage = typeof document === 'object' && typeof window === 'object'
  return {
    createSocket: (url, protocols) => new scope.WebSocket(url, protocols),
    wallMs: () => Date.now(),
    monotonicMs: () => performance.now(),
    setTimer: (run, delayMs) => {
      const timer = setTimeout(run, delayMs)
      return () => clearTimeout(timer)
    },
    random: Math.random,
    randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
    // Node has no `navigator.onLine`; only an explicit `false` means offline.
    isOnline: () => scope.navigator?.onLine !== false,
    onSignal: (listener) => {
      const listening = new AbortController()
      const on = (target: EventTarget, type: string, signal: () => PageSignal) =>
        target.addEventListener(type, () => listener(signal()), { signal: listening.signal })
      if (typeof scope.addEventListener === 'function') {
        on(scope, 'online', () => 'online')
        on(scope, 'offline', () => 'offline')
      }
      if (inPage) {
        on(document, 'visibilitychange', () => (document.visibilityState === 'hidden' ? 'hidden' : 'visible'))
        // They fire on window, never on document.
        on(window, 'pagehide', () => 'leave')
        on(window, 'pageshow', () => 'return')
      }
      return () => listening.abort()
    },
    post: async (url, body) => {
      try {
        if ('keepalive' in Request.prototype) {
          return await (await fetch(url, { method: 'POST', body, keepalive: true, credentials: 'omit' })).text()
        }
        scope.navigator.sendBeacon(url, body)
      } catch {
        // Refused, or no network: the events are still in the buffer.
      }
      return undefined
    },
    config: scope.downlinkConfig,
    pageUrl: scope.location?.href,
    development: isDevelopment(),
    warn: (message) => console.warn(`[downlink] ${message}`),
  }
}

/** Bundlers replace `process.env.NODE_ENV`; where nothing did, there may be no `process`. */
function isDevelopment(): boolean {
  try {
    return process.env.NODE_ENV !== 'production'
  } catch {
    return false
  }
}

declare const process: { readonly env: { readonly NODE_ENV?: string } }
