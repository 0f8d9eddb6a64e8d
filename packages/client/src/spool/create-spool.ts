/**
 * Creates a spool: a connector around the connector. While telemetry is on it keeps the session of its page in the
 * browser's storage, and delivers what earlier pages have left there.
 */

import { resolveAddress } from '../address.ts'
import { type ConnectorFactory, createConnector } from '../connector.ts'
import { fitOptions } from '../options.ts'
import type { SpoolLimits } from './adopt-sessions.ts'
import { deliverSession } from './deliver-session.ts'
import { realSpoolEnvironment, type SpoolEnvironment } from './environment.ts'
import { openSpoolStore } from './spool-store.ts'
import { createSpooler, ignore, type SpoolStorage } from './spooler.ts'

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

/**
 * A limit out of its range is warned of, and its default holds.
 *
 * @example createTelemetry({ url, enabled: true, spool: createSpool() })
 */
export function createSpool(options?: SpoolOptions): ConnectorFactory {
  return (settings, environment, buffer, session, clock) => {
    const world = { ...realSpoolEnvironment(), ...options?.environment }
    const own = { ...settings, getToken: () => spooler.ready.then(settings.getToken ?? (() => settings.key)) }
    const connector = createConnector(own, environment, buffer, session, clock)
    const limits: Record<string, unknown> = { ...options }
    environment.development?.options(limits, spoolDefaults)
    fitOptions(limits, spoolDefaults, spoolDefaults, environment)
    let unfollow: (() => void) | undefined
    let purging: Promise<void> | undefined
    const storage: SpoolStorage = {
      ...(limits as unknown as SpoolLimits),
      locks: world.locks,
      async open() {
        await purging
        if (!world.indexedDB) return Promise.reject('No IndexedDB')
        return openSpoolStore(world.indexedDB, resolveAddress(settings, environment), environment)
      },
      deliver: (...saved) => deliverSession(settings, environment, clock, connector, ...saved),
    }
    const spooler = createSpooler(storage, own, environment, buffer, session)
    /** Nothing is left of any session of the address. */
    async function purge(): Promise<void> {
      const store = await storage.open()
      for (const { id } of await store.sessions()) await store.remove(id)
      store.close()
    }

    return {
      ...connector,
      start() {
        // Before the connector does: when the page is back, it has to wait for the lock.
        unfollow ??= environment.onSignal((signal) => {
          if (signal === 'hidden') spooler.write(false).catch(ignore)
          if (signal === 'pagehide') spooler.leave()
          if (signal === 'pageshow') spooler.begin()
        })
        spooler.begin()
        connector.start()
      },
      disconnect(status) {
        connector.disconnect(status)
        unfollow?.()
        unfollow = undefined
        spooler.leave()
        if (status === 'disabled') purging = purge().catch(ignore)
      },
      stats: () => ({ ...connector.stats(), spool: { ...spooler.stats, earlier: { ...spooler.stats.earlier } } }),
    }
  }
}
