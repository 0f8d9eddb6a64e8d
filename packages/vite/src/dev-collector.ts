/**
 * Brings a collector to a server of Vite's, below its base, for as long as the server runs: one of its own, or, where
 * another server has the data folder, that one's.
 */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
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
import { forwardRequest, forwardUpgrade } from './forwarder.ts'
import { type DownlinkOptions, dataFolder } from './options.ts'
import { makePageKey, readPageKey, removePageKey } from './page-key.ts'

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
}

/** Who records what the pages of a server send. */
export type Recorder =
  | { readonly status: 'own'; readonly key: string | undefined }
  /** The collector of another server, at this URL, to which all is passed on. */
  | { readonly status: 'shared'; readonly key: string | undefined; readonly url: string }
  | { readonly status: 'none'; readonly reason: string }

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
  let recorder: Recorder = { status: 'none', reason: 'it is not open' }
  let opening: Promise<void> | undefined
  let isClosed = false
  // One's own collector takes its requests before any middleware.
  middlewares.use((request, response, next) => {
    const path = pathBelow(prefix, request)
    if (path === undefined || isClosed) return next()
    /** Whoever asks again finds the collector that is there by then. */
    const askAgain = async (): Promise<void> => {
      await open()
      if (recorder.status !== 'none') response.writeHead(307, { location: request.url }).end()
      else response.writeHead(503, { 'content-type': 'text/plain' }).end(`Downlink records nothing: ${recorder.reason}`)
    }
    if (recorder.status === 'shared') forwardRequest(request, response, recorder.url + path, () => void askAgain())
    else void askAgain()
  })

  function onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const path = pathBelow(prefix, request)
    if (path === undefined || recorder.status === 'own') return
    /** The client tries again by itself. */
    const refuse = (): void => {
      socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
      void open()
    }
    if (recorder.status === 'shared') forwardUpgrade(request, socket, head, recorder.url + path, refuse)
    else refuse()
  }

  /** Opens the folder, or finds out who has it; again, where that one is gone. */
  const open = (): Promise<void> => (opening ??= chooseRecorder().finally(() => (opening = undefined)))

  async function chooseRecorder(): Promise<void> {
    if (isClosed) return
    httpServer.off('upgrade', onUpgrade)
    const before = recorder
    try {
      recorder = await openOwn()
    } catch (error) {
      const isInUse = error instanceof CollectorError && error.code === 'data_in_use'
      const url = isInUse ? await findSoon(data) : undefined
      recorder = url
        ? { status: 'shared', url, key: await readPageKey(data) }
        : { status: 'none', reason: error instanceof Error ? error.message : String(error) }
      httpServer.on('upgrade', onUpgrade)
    }
    announce(before, recorder, host)
  }

  async function openOwn(): Promise<Recorder> {
    const key = isReachedByOthers(host.reach) ? await makePageKey(data) : undefined
    const opened = createCollector(collectorOptions(host, options, key))
    await opened.attach(httpServer, { prefix })
    if (key === undefined) await removePageKey(data)
    collector = opened
    void opened.closed.then((lost) => {
      if (lost) void open()
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

/** One that has just opened the folder has no address before its server listens. */
async function findSoon(data: string): Promise<string | undefined> {
  for (let looks = 0; looks < 10; looks++) {
    const url = await findCollector(data)
    if (url !== undefined) return url
    await wait(100)
  }
  return undefined
}

/** What has changed, where it is no more than expected. */
function announce(before: Recorder, { ...now }: Recorder, { config: { logger }, reach }: HostServer): void {
  if (now.status === 'none') {
    if (before.status !== 'none' || before.reason !== now.reason) {
      logger.error(`Downlink records nothing: ${now.reason}`, { timestamp: true })
    }
  } else if (now.status === 'shared' && now.key === undefined && isReachedByOthers(reach)) {
    const advice = 'start that one so that others may reach it, and this one after it'
    logger.warn(`[downlink] The collector at ${now.url} takes pages of this machine alone: ${advice}`, {
      timestamp: true,
    })
  }
}

/** Of a request: with its query; undefined where it is not below the prefix. */
function pathBelow(prefix: string, { url = '' }: IncomingMessage): string | undefined {
  const rest = url.startsWith(prefix) ? url.slice(prefix.length) : undefined
  return rest !== undefined && /^([/?]|$)/.test(rest) ? rest : undefined
}

/** A phone on the same network, or a tunnel, calls this machine by another name: who has no key is refused then. */
const isReachedByOthers = ({ host = false, allowedHosts = [] }: HostServer['reach']): boolean =>
  host === true || allowedHosts === true || [host || 'localhost', ...allowedHosts].some((name) => !loopback.test(name))

const loopback = /^(localhost|127\..*|\[?::1\]?)$/
