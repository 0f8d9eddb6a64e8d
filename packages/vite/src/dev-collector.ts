/** Runs a collector inside a server of Vite's, below its base, for as long as the server runs. */
import { randomUUID } from 'node:crypto'
import { type Collector, type CollectorOptions, createCollector, type SourceMaps } from '@downlink/collector'
import type { CommonServerOptions, HttpServer, Logger } from 'vite'
import { collectorLogger } from './collector-logger.ts'
import { type DownlinkOptions, dataFolder } from './options.ts'

/** Where it is, below the base of the game. */
export const mountName = '__downlink'

/** What of a Vite server is needed: those of `vite dev` and `vite preview` both have it. */
export interface HostServer {
  readonly config: { readonly root: string; readonly base: string; readonly logger: Logger }
  readonly httpServer: HttpServer
  /** Of the options of this server. */
  readonly reach: Pick<CommonServerOptions, 'host' | 'allowedHosts'>
  readonly sourceMaps: SourceMaps
}

export interface DevCollector {
  /** What a page has to show. None while only this machine may ask. */
  readonly credentials: { readonly key?: string }
  /** Never rejects: a game is developed without a collector as well. */
  open(): Promise<void>
  /** Idempotent. */
  close(): Promise<void>
}

export function createDevCollector(host: HostServer, options: DownlinkOptions): DevCollector {
  const { config, httpServer, reach, sourceMaps } = host
  const { root, base, logger } = config
  const credentials = isReachedByOthers(reach) ? { key: randomUUID() } : {}
  const { enabled: _, ...others } = options
  let collector: Collector | undefined

  return {
    credentials,
    async open() {
      try {
        const collectorOptions: CollectorOptions = {
          ...others,
          data: dataFolder(options, root),
          sourceMaps,
          keys: Object.values(credentials),
          logger: collectorLogger(logger),
        }
        collector = createCollector(collectorOptions)
        await collector.attach(httpServer, { prefix: `${base}${mountName}` })
      } catch (error) {
        logger.error(`Downlink records nothing: ${String(error)}`, { timestamp: true })
      }
    },
    async close() {
      await collector?.close()
    },
  }
}

/** A phone on the same network, or a tunnel, calls this machine by another name: who has no key is refused then. */
const isReachedByOthers = ({ host = false, allowedHosts = [] }: HostServer['reach']): boolean =>
  host === true || allowedHosts === true || [host || 'localhost', ...allowedHosts].some((name) => !loopback.test(name))

const loopback = /^(localhost|127\..*|\[?::1\]?)$/
