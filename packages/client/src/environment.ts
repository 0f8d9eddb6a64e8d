/** Makes the real ports of a page, worker or Node process. This file alone touches globals. */

import { unknownOptions } from '@downlink/protocol'
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
  const scope: PageOfDeveloper = globalThis
  return {
    createSocket: (url, protocols) => new WebSocket(url, protocols),
    wallMs: () => Date.now(),
    monotonicMs: () => scope.performance?.now?.() ?? Date.now(),
    setTimer,
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
    development: developmentOf(scope),
    warn,
  }
}

const setTimer: Environment['setTimer'] = (run, delayMs) => {
  const timer = setTimeout(run, Math.min(delayMs, maxDelayMs))
  return () => clearTimeout(timer)
}

const warn = (message: string): void => console.warn(`[downlink] ${message}`)

/** Bundlers replace `process.env.NODE_ENV`, and so cut all of this off; where nothing did, there may be no `process`. */
function developmentOf(scope: PageOfDeveloper): Development | undefined {
  try {
    if (process.env.NODE_ENV !== 'production') return watchedDevelopment(scope)
  } catch {
    if (isServedLocally(globalThis)) return watchedDevelopment(scope)
  }
  return undefined
}

type PageOfDeveloper = Partial<typeof globalThis> & { readonly downlinkConfig?: unknown }

const watchedDevelopment = (scope: PageOfDeveloper): Development =>
  createDevelopment(warn, {
    ask: scope.fetch && ((url, init) => fetch(url, init)),
    pageUrl: scope.location?.href,
    readConfig: () => scope.downlinkConfig,
    setTimer,
  })

/** Names options that there are not, where no telemetry is at hand. In production its body is empty, and so its calls go. */
export function warnOfUnknownOptions(given: unknown, known: readonly string[]): void {
  try {
    if (process.env.NODE_ENV !== 'production') checkNames(given, known)
  } catch {
    if (isServedLocally(globalThis)) checkNames(given, known)
  }
}

/** Whoever gives a page in the place of options means it. */
function checkNames(given: unknown, known: readonly string[]): void {
  if (!('addEventListener' in Object(given))) for (const sentence of unknownOptions(given, known)) warn(sentence)
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
