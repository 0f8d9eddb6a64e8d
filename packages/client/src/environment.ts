/** Makes the real ports of a page, worker or Node process. This file alone touches globals. */

import { maxDelayMs } from './constants.ts'
import { createDevelopment } from './development.ts'
import type { Development, Environment, PageSignal } from './ports.ts'

/** Shared by all telemetries of a page. */
const keepaliveOfPage = { bytes: 0 }

/**
 * The page, worker or Node process that we are in. Called when telemetry is created, not when it is imported; and then
 * it asks for neither time nor chance, which some platforms have only later, and others not at all.
 */
export function realEnvironment(): Environment {
  const scope: Partial<typeof globalThis> & { readonly downlinkConfig?: unknown } = globalThis
  const warn = (message: string): void => console.warn(`[downlink] ${message}`)
  return {
    createSocket: (url, protocols) => new WebSocket(url, protocols),
    wallMs: () => Date.now(),
    monotonicMs: () => scope.performance?.now?.() ?? Date.now(),
    setTimer(run, delayMs) {
      const timer = setTimeout(run, Math.min(delayMs, maxDelayMs))
      return () => clearTimeout(timer)
    },
    random: Math.random,
    randomBytes(count) {
      const bytes = new Uint8Array(count)
      return scope.crypto?.getRandomValues?.(bytes) ?? bytes.map(() => Math.random() * 256)
    },
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
    keepalive: keepaliveOfPage,
    readConfig: () => scope.downlinkConfig,
    pageUrl: scope.location?.href,
    development: inDevelopment(warn),
    warn,
  }
}

/** Bundlers replace `process.env.NODE_ENV`, and so cut all of this off; where nothing did, there may be no `process`. */
function inDevelopment(warn: Environment['warn']): Development | undefined {
  try {
    if (process.env.NODE_ENV !== 'production') return createDevelopment(warn)
  } catch {
    if (isServedLocally(globalThis)) return createDevelopment(warn)
  }
  return undefined
}

/**
 * Does the page come from a file server of this machine? Shells around a finished game say `localhost`, too: Capacitor
 * and Cordova without a port, Tauri under a name of its own, Electron and Neutralino with a server inside.
 */
function isServedLocally(scope: Partial<typeof globalThis>): boolean {
  const isShell =
    ['Capacitor', 'cordova', 'NL_PORT'].some((mark) => mark in scope) ||
    /Electron|NWjs/.test(String(scope.navigator?.userAgent))
  return !isShell && /^http:\/\/(localhost|127(\.\d+){3}|0\.0\.0\.0|\[::1\]):\d/.test(String(scope.location?.href))
}

declare const process: { readonly env: { readonly NODE_ENV?: string } }
