/** Runs a collector: listening on its own, or mounted in a server that is there already. */
import type { Server } from 'node:http'
import type { Http2SecureServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { telemetryPath } from '@downlink/protocol'
import type { FastifyBaseLogger, FastifyInstance, FastifyPluginAsync } from 'fastify'
import { pino } from 'pino'
import { createKeys } from './access/keys.ts'
import { isLoopback } from './access/origin-policy.ts'
import { openClusterStore } from './cluster-store.ts'
import { noteAddress } from './collector-address.ts'
import type { CommitNotice } from './commit/commit-feed.ts'
import type { CollectorPorts } from './data-folder.ts'
import { CollectorError } from './errors.ts'
import { createLifecycle } from './lifecycle.ts'
import { warnOfUnknownOptions } from './option-names.ts'
import type { CollectorOptions } from './options.ts'
import { openPipeline, type Pipeline } from './pipeline.ts'
import type { Ledger } from './query/ledgers.ts'
import type { QueryResult } from './query/result-text.ts'
import { cannotListen, createServer, mount, takeRequests, takeUpgrades } from './server.ts'
import { blockedPorts, resolveOptions } from './settings.ts'

export interface Collector {
  /**
   * Opens the data folder and listens.
   *
   * @throws {CollectorError} `data_in_use`, `data_unusable`, `cannot_listen`, `unprotected`, `wrong_state`
   */
  listen(options?: ListenOptions): Promise<Listening>
  /**
   * Mounts the collector in a Fastify instance; it ends with that.
   *
   * @example await app.register(collector.plugin, { prefix: '/downlink' })
   */
  readonly plugin: FastifyPluginAsync
  /**
   * Mounts the collector in a server of `http`, `https`, or `http2` with `allowHTTP1`, whose other paths and upgrades stay with the server's own listeners.
   * The server's listeners must be there before.
   *
   * @example await collector.attach(server, { prefix: '/__downlink' })
   * @throws {CollectorError} `bad_option`, `data_in_use`, `data_unusable`, `wrong_state`
   */
  attach(server: Server | Http2SecureServer, options?: AttachOptions): Promise<void>
  /** Takes nothing new, commits and acknowledges what was taken, and closes. Within 5 s. Idempotent. */
  close(): Promise<void>
  /**
   * Resolves once `close` is through: to the reason where it was called from within. That is `data_in_use` where another
   * collector has opened the data folder, and whatever `listen` would have thrown where the database took over 5 s to say
   * so.
   */
  readonly closed: Promise<CollectorError | undefined>
  /**
   * The answer to one SELECT over `events`, `sessions`, `rejected_events`, `ledgers` and a view a type.
   *
   * @example const { rows } = await collector.query('SELECT type, count(*) FROM events GROUP BY type')
   * @throws {CollectorError} `bad_sql`, `forbidden_sql`, `query_timeout`, `query_too_large`, `query_busy`,
   * `query_interrupted`, `query_killed`, `store_unavailable`, `wrong_state`
   */
  query(sql: string): Promise<QueryResult>
  /** What became of every event of a session; undefined for one that was never seen. Throws as `query` does. */
  ledger(sessionId: string): Promise<Ledger | undefined>
  /**
   * Called with each group of events once it is stored, in order: for a test in the same process that waits for one.
   * The listener must not throw.
   *
   * @returns its unsubscribe
   * @throws {CollectorError} `wrong_state`
   */
  subscribe(listener: (notice: CommitNotice) => void): () => void
  /**
   * Resolves once all that was taken so far is stored, and told to those who subscribe: what comes later is what was
   * sent later.
   *
   * @throws {CollectorError} `wrong_state`
   */
  settled(): Promise<void>
  /**
   * Replaces the write keys. Sockets whose key is gone are closed with 4401; signed tokens hold on. With `[]` no key is asked
   * for: whoever the origin policy lets in may send, from beyond this machine, too, unless there are `tokenSecrets`.
   */
  setKeys(keys: readonly string[]): void
}

export interface AttachOptions {
  /** All below it is the collector's, with its page: a slash, and none at the end. @default '': its own paths alone, without the page */
  readonly prefix?: string
}

export interface ListenOptions {
  /** 0 picks a free one. Those that browsers connect to. @default 4180 */
  readonly port?: number
  /** @default '127.0.0.1' */
  readonly host?: string
}

export interface Listening {
  /** @example 'http://127.0.0.1:4180' */
  readonly url: string
  /** @example 'ws://127.0.0.1:4180/telemetry' */
  readonly telemetry: string
  /** Absolute path of the data folder. */
  readonly data: string
}

/**
 * A collector at rest: `listen`, `plugin` or `attach` runs it.
 *
 * @example
 * const collector = createCollector({ data: './.downlink', events: battleEvents })
 * const { url } = await collector.listen()
 * @param ports what stands between it and its machine, for a test of failures
 * @throws {CollectorError} `bad_option`
 */
export function createCollector(options: CollectorOptions = {}, ports: CollectorPorts = {}): Collector {
  const settings = resolveOptions(options)
  const keys = createKeys(settings.keys, settings.signedTokens)
  const logger = settings.logger === undefined ? pino(pino.destination(2)) : settings.logger || silent
  warnOfUnknownOptions(options, logger)
  const { cluster } = settings
  const lifecycle = createLifecycle(async (onLost) => {
    if (!cluster) return openPipeline(settings, keys, logger, onLost, ports)
    const { openClusterPipeline } = await import('./cluster-pipeline.ts')
    return openClusterPipeline({ settings, cluster, keys, logger, openStore: ports.openStore ?? openClusterStore })
  })
  const { open, running, close, closed } = lifecycle
  const note = async (pipeline: Pipeline, server: Server, prefix: string): Promise<void> => {
    if (!cluster) await noteAddress({ data: pipeline.folder, server, prefix, logger, isOver: lifecycle.isClosed })
  }

  return {
    closed,

    async listen({ port = 4180, host = '127.0.0.1' } = {}) {
      const outside = [host, settings.publicUrl?.hostname ?? host].find((name) => !isLoopback(name))
      if (outside !== undefined && !(keys.required && (settings.readToken || settings.signedTokens.enabled))) {
        throw new CollectorError('unprotected', `Expected a key and a read token to be reached at ${outside}`)
      }
      // Node takes text, too, as it comes from the environment.
      if (blockedPorts.has(Number(port))) throw cannotListen(host, port, { code: 'BLOCKED_PORT' })
      const app = createServer(logger, settings)
      const pipeline = await open(() => app.close())
      try {
        await mount(app, pipeline)
        takeUpgrades(app.server, '', pipeline)
        await app.listen({ port, host })
      } catch (cause) {
        await lifecycle.abandon()
        throw cannotListen(host, port, cause)
      }
      if (lifecycle.isClosed()) {
        app.server.close()
        throw closedMeanwhile()
      }
      await note(pipeline, app.server, '')
      return { ...addressesOf(app.server, host), data: pipeline.folder }
    },

    async plugin(app: FastifyInstance) {
      // The instance is its owner's to close.
      const pipeline = await open(async () => {
        await pipeline.drain()
        await pipeline.close()
      })
      await mount(app, pipeline)
      const release = takeUpgrades(app.server, app.prefix, pipeline)
      await note(pipeline, app.server, app.prefix)
      app.addHook('onClose', async () => release())
    },

    async attach(host, { prefix = '' } = {}) {
      // Its requests are those of HTTP/1, but for their class.
      const server = host as Server
      if (!/^(\/[^/?#]+)*$/.test(prefix)) {
        const expected = 'Expected `prefix` to begin with a slash, and to end with none'
        throw new CollectorError('bad_option', `${expected}, got ${JSON.stringify(prefix)}`)
      }
      const app = createServer(logger, settings)
      const pipeline = await open(() => app.close())
      const releases: (() => void)[] = []
      app.addHook('onClose', async () => {
        for (const release of releases) release()
      })
      await app.register(async (below) => mount(below, pipeline), { prefix })
      await app.ready()
      if (lifecycle.isClosed()) throw closedMeanwhile()
      releases.push(takeUpgrades(server, prefix, pipeline), takeRequests(server, prefix, app))
      await note(pipeline, server, prefix)
    },

    close,

    async query(sql) {
      return running().reads.query(sql)
    },

    async ledger(sessionId) {
      return running().reads.ledger(sessionId)
    },

    subscribe: (listener) => running().readSide.subscribe(listener),

    async settled() {
      await running().settled()
    },

    setKeys(next) {
      keys.replace(next)
      lifecycle.ifRunning()?.sockets.recheckKeys()
    },
  }
}

function addressesOf(server: Server, host: string): Pick<Listening, 'url' | 'telemetry'> {
  const { port } = server.address() as AddressInfo
  const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`
  return { url: `http://${authority}`, telemetry: `ws://${authority}${telemetryPath}` }
}

const closedMeanwhile = (): CollectorError =>
  new CollectorError('wrong_state', 'Expected a collector that is not closed while it opens')

const silent: FastifyBaseLogger = pino({ level: 'silent' })
