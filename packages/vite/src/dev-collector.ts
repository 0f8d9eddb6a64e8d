/**
 * Brings a collector to a server of Vite's, below its base, for as long as the server runs: one of its own, or, where
 * another server has the data folder, that one's.
 */
import { setTimeout as wait } from 'node:timers/promises'
import {
  type Collector,
  CollectorError,
  type CollectorOptions,
  createCollector,
  findCollector,
  type SourceMaps,
} from '@downlink/collector'
import type { CommonServerOptions, Connect, HttpServer, Logger } from 'vite'
import { collectorLogger } from './collector-logger.ts'
import { isAnswering } from './forwarder.ts'
import { type DownlinkOptions, dataFolder } from './options.ts'
import { makePageKey, readPageKey, removePageKey } from './page-key.ts'
import { answerRequests, createUpgradeListener, type Recorder, type RecorderHost } from './recorder.ts'

/** Where it is, below the base of the game. */
export const mountName = '__downlink'

/** What of a Vite server is needed: those of `vite dev` and `vite preview` both have it. */
export interface HostServer {
  readonly config: { readonly root: string; readonly base: string; readonly logger: Logger }
  readonly httpServer: HttpServer
  readonly middlewares: Pick<Connect.Server, 'use'>
  /** Of the options of this server. */
  readonly reach: Pick<CommonServerOptions, 'host' | 'allowedHosts'>
  readonly sourceMaps: SourceMaps
  /** Address of the collector's page, as this server has it. */
  readonly pageUrl: () => string
}

/**
 * At a folder that another has: one that has just opened it does not answer before its server listens, and one that ends no
 * more, though it has the folder until all is stored.
 */
const looks = { most: 50, everyMs: 200 }

const notOpen: Recorder = { status: 'none', reason: 'it is not open' }

export interface DevCollector {
  recorder(): Recorder
  /** Never rejects: a game is developed without a collector as well. */
  open(): Promise<void>
  /** Idempotent. */
  close(): Promise<void>
}

export function createDevCollector(host: HostServer, options: DownlinkOptions): DevCollector {
  const { config, httpServer, middlewares } = host
  const prefix = `${config.base}${mountName}`
  const data = dataFolder(options, config.root)
  let collector: Collector | undefined
  let recorder = notOpen
  let opening: Promise<void> | undefined
  let isClosed = false
  const ports: RecorderHost = {
    httpServer,
    middlewares,
    prefix,
    recorder: () => recorder,
    // Unless that has been done since this one was asked.
    replace: async (asked) => (recorder === asked ? open() : opening),
    isOpening: () => opening !== undefined,
    isClosed: () => isClosed,
  }
  answerRequests(ports)
  const onUpgrade = createUpgradeListener(ports)
  httpServer.on('upgrade', onUpgrade)

  /** Opens the folder, or finds out who has it. */
  const open = (): Promise<void> => (opening ??= chooseRecorder().finally(() => (opening = undefined)))

  async function chooseRecorder(): Promise<void> {
    if (isClosed) return
    const before = recorder
    recorder = await findRecorder()
    if (recorder.status === 'own') httpServer.off('upgrade', onUpgrade)
    announce(before, recorder, host)
  }

  async function findRecorder(): Promise<Recorder> {
    for (let look = 1; ; look++) {
      try {
        return await openOwn()
      } catch (error) {
        const isInUse = error instanceof CollectorError && error.code === 'data_in_use'
        const url = isInUse ? await findCollector(data) : undefined
        if (url !== undefined && (await isAnswering(url))) {
          return { status: 'shared', url, key: await readPageKey(data) }
        }
        if (!isInUse || look === looks.most || isClosed)
          return { status: 'none', reason: error instanceof Error ? error.message : String(error) }
      }
      await wait(looks.everyMs)
    }
  }

  async function openOwn(): Promise<Recorder> {
    const key = isReachedByOthers(host.reach) ? await makePageKey(data) : undefined
    const opened = createCollector(collectorOptions(host, options, key))
    await opened.attach(httpServer, { prefix })
    if (key === undefined) await removePageKey(data)
    collector = opened
    void opened.closed.then((lost) => {
      if (!lost || isClosed) return
      recorder = { status: 'none', reason: lost.message }
      httpServer.on('upgrade', onUpgrade)
      void open()
    })
    return { status: 'own', key }
  }

  return {
    recorder: () => recorder,
    open,
    async close() {
      isClosed = true
      httpServer.off('upgrade', onUpgrade)
      await opening
      await collector?.close()
    },
  }
}

function collectorOptions(
  { config, sourceMaps }: HostServer,
  options: DownlinkOptions,
  key: string | undefined,
): CollectorOptions {
  const { enabled: _, ...others } = options
  const data = dataFolder(options, config.root)
  const keys = key === undefined ? [] : [key]
  return { ...others, data, sourceMaps, keys, logger: collectorLogger(config.logger) }
}

/** What has changed since it was printed among the urls. */
function announce(before: Recorder, { ...now }: Recorder, { config: { logger }, reach, pageUrl }: HostServer): void {
  const timestamp = { timestamp: true }
  if (now.status === 'none') {
    if (before.status !== 'none' || before.reason !== now.reason) {
      logger.error(`Downlink records nothing: ${now.reason}`, timestamp)
    }
    return
  }
  if (now.status === 'shared' && now.key === undefined && isReachedByOthers(reach)) {
    const advice = 'start that one so that others may reach it, and this one after it'
    logger.warn(`[downlink] The collector at ${now.url} takes pages of this machine alone: ${advice}`, timestamp)
  }
  if (before === notOpen) return
  const ended = before.status === 'shared' ? `The collector at ${before.url} has ended: ` : ''
  const recorded = now.status === 'own' ? 'this server records' : `the one at ${now.url} records`
  logger.info(`[downlink] ${ended}${recorded} now, see ${pageUrl()}`, timestamp)
}

/** A phone on the same network, or a tunnel, calls this machine by another name: who has no key is refused then. */
const isReachedByOthers = ({ host = false, allowedHosts = [] }: HostServer['reach']): boolean =>
  host === true || allowedHosts === true || [host || 'localhost', ...allowedHosts].some((name) => !loopback.test(name))

const loopback = /^(localhost|127\..*|\[?::1\]?)$/
