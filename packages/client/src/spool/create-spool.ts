/**
 * Creates a spool: a connector around the connector. While telemetry is on it keeps the session of its page in the
 * browser's storage, and delivers what earlier pages have left there.
 */
import { type ConnectorFactory, createConnector } from '../connector.ts'
import { resolveAddress } from '../handshake.ts'
import { isOfKind } from '../options.ts'
import type { Environment } from '../ports.ts'
import type { Deliver, SpoolLimits } from './adopt-sessions.ts'
import { deliverSession } from './deliver-session.ts'
import { realSpoolEnvironment, type SpoolEnvironment } from './environment.ts'
import { openSpoolStore, type SpoolStore } from './spool-store.ts'
import { createSpooler, type SpoolStatus } from './spooler.ts'

export interface SpoolOptions {
  /**
   * Bytes, from 1, that a page may keep: half of them of its own session, half of those that earlier pages have left, of
   * which the oldest give way.
   * @default 4194304
   */
  readonly maxBytes?: number
  /** Days, from 1, after which what is left of a session is given up. @default 30 */
  readonly keepDays?: number
  /** Ports to replace, in tests. @default the browser's */
  readonly environment?: Partial<SpoolEnvironment>
}

export const spoolDefaults = { maxBytes: 4_194_304, keepDays: 30 }

/** For the storage to answer before the session is introduced: what it says of the session before is told then. */
const introductionTimeoutMs = 1000

const ignore = (): void => {}

/**
 * A limit out of its range is refused by `createTelemetry`, in development only: in production it is warned of, and its
 * default holds.
 *
 * @example createTelemetry({ url, enabled: true, spool: createSpool() })
 */
export function createSpool(options?: SpoolOptions): ConnectorFactory {
  return (settings, environment, buffer, session, clock) => {
    const limits = fitLimits({ ...options }, environment)
    const { indexedDB, locks } = { ...realSpoolEnvironment(), ...options?.environment }
    let introduced: Promise<void> = Promise.resolve()
    const own = { ...settings, getToken: () => introduced.then(settings.getToken ?? (() => settings.key)) }
    const connector = createConnector(own, environment, buffer, session, clock)
    /** From a start, or the return from the back-forward cache, to a stop or the page's end. */
    let running: AbortController | undefined
    let unfollow: (() => void) | undefined
    let purging: Promise<void> | undefined
    const stats: SpoolStatus = {
      state: { status: 'idle' },
      written: 0,
      earlier: { delivered: 0, refused: 0, expired: 0, overflow: 0 },
    }
    const openStore = async (): Promise<SpoolStore> => {
      await purging
      if (!indexedDB) return Promise.reject('No IndexedDB')
      return openSpoolStore(indexedDB, resolveAddress(settings, environment), environment)
    }
    const deliver: Deliver = (...saved) => deliverSession(settings, environment, clock, connector, ...saved)
    const spooler = createSpooler(own, environment, buffer, session, limits, locks, openStore, deliver, stats)
    /** Nothing is left of any session of the address. */
    async function purge(): Promise<void> {
      const store = await openStore()
      for (const { id } of await store.sessions()) await store.remove(id)
      store.close()
    }

    function begin(): void {
      if (running) return
      running = new AbortController()
      const { signal } = running
      introduced = new Promise((introduce) => {
        environment.setTimer(introduce, introductionTimeoutMs)
        void spooler.run(signal, introduce)
      })
    }

    function leave(): void {
      if (!running) return
      spooler.leave()
      running.abort()
      running = undefined
      stats.state = { status: 'idle' }
      buffer.changed()
    }

    return {
      ...connector,
      start() {
        // Before the connector does: when the page is back, it has to wait for the lock.
        unfollow ??= environment.onSignal((signal) => {
          if (signal === 'hidden') spooler.write(false).catch(ignore)
          if (signal === 'pagehide') leave()
          if (signal === 'pageshow') begin()
        })
        begin()
        connector.start()
      },
      disconnect(status) {
        connector.disconnect(status)
        unfollow?.()
        unfollow = undefined
        leave()
        if (status === 'disabled') purging = purge().catch(ignore)
      },
      stats: () => ({ ...connector.stats(), spool: { ...stats, earlier: { ...stats.earlier } } }),
    }
  }
}

function fitLimits(options: SpoolOptions, { development, warn }: Environment): SpoolLimits {
  const limits: { [name: string]: unknown } = { ...options }
  development?.checkOptions(limits, spoolDefaults)
  for (const [name, byDefault] of Object.entries(spoolDefaults)) {
    limits[name] ??= byDefault
    if (isOfKind(limits[name], byDefault)) continue
    warn(`Made to fit: ${name}`)
    limits[name] = byDefault
  }
  return limits as unknown as SpoolLimits
}
