/** Puts the collector together: ingest over sessions over the commit log over DuckDB, behind one server. */
import type { AddressInfo } from 'node:net'
import { telemetryPath } from '@downlink/protocol'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { createGroupCommit } from './commit/group-commit.ts'
import { CollectorError } from './errors.ts'
import { createAdmission, isLoopback } from './ingest/admission.ts'
import { createKeys } from './ingest/keys.ts'
import { createPostIngest } from './ingest/post.ts'
import { createWebSocketIngest } from './ingest/websocket.ts'
import { type CollectorOptions, settle } from './options.ts'
import { createServer, routes, takeUpgrades } from './server.ts'
import { createJudge } from './session/judge.ts'
import { createSessions } from './session/sessions.ts'
import { createDuckDBStore } from './store/duckdb-store.ts'
import { openDatabase } from './store/open-database.ts'

export interface Collector {
  /**
   * Opens the data folder and listens.
   *
   * @throws {CollectorError} `data_in_use`, `data_unusable`, `cannot_listen`, `unprotected`, `wrong_state`
   */
  listen(options?: ListenOptions): Promise<Listening>
  /** Takes nothing new, commits and acknowledges what was taken, and closes. Within 5 s. */
  close(): Promise<void>
  /** Replaces the write keys. Sockets whose key is gone are closed with 4401. */
  setKeys(keys: readonly string[]): void
}

export interface ListenOptions {
  /** 0 picks a free one. @default 4180 */
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
 * A collector at rest. `listen` runs it.
 *
 * @example
 * const collector = createCollector({ data: './.downlink', events: battleEvents })
 * const { url } = await collector.listen()
 * @throws {CollectorError} `bad_option`
 */
export function createCollector(options: CollectorOptions = {}): Collector {
  const settings = settle(options)
  const { limits } = settings
  const keys = createKeys(settings.keys)
  const now = Date.now
  const logger = settings.logger === undefined ? pino(pino.destination(2)) : settings.logger || silent
  const admission = createAdmission({ ...settings, keys })
  let running: Running | undefined

  return {
    async listen({ port = 4180, host = '127.0.0.1' } = {}) {
      if (running) throw new CollectorError('wrong_state', 'The collector listens already')
      if (!isLoopback(host) && !(keys.required && settings.readToken)) {
        throw new CollectorError('unprotected', `Expected a key and a read token to listen on ${host}`)
      }
      running = await run()
      await running.app.listen({ port, host })
      const address = running.app.server.address() as AddressInfo
      const authority = `${host.includes(':') ? `[${host}]` : host}:${address.port}`
      return { url: `http://${authority}`, telemetry: `ws://${authority}${telemetryPath}`, data: running.data }
    },

    async close() {
      await running?.close()
      running = undefined
    },

    setKeys(next) {
      keys.replace(next)
      running?.recheckKeys()
    },
  }

  async function run(): Promise<Running> {
    const database = await openDatabase(settings.data)
    const onFailure = (reason: string) => logger.error({ reason }, 'the store failed')
    const store = await createDuckDBStore(database, onFailure)
    const log = createGroupCommit({
      store,
      ...settings.commit,
      maxRecords: limits.maxIdleSessions,
      onFailure,
    })
    const judge = createJudge(limits, settings.events.schemas)
    const sessions = createSessions({ log, judge, maxIdle: limits.maxIdleSessions })
    const post = createPostIngest({ sessions, keys, now, maxRejectionsPerAnswer: limits.maxRejectionsPerAnswer })
    const addressOf = (request: { socket: { remoteAddress?: string | undefined } }) =>
      request.socket.remoteAddress ?? ''
    const ingest = createWebSocketIngest({ sessions, keys, admission, limits, now, addressOf })
    const app = createServer(logger, settings.trustProxy)
    await routes(app, { admission, post, limits, now, ready: () => true })
    takeUpgrades(app.server, ingest)
    return {
      app,
      data: database.folder,
      recheckKeys: ingest.recheckKeys,
      async close() {
        ingest.stop()
        const closing = app.close()
        await log.settled()
        // The acks of the last commit are sent in the turn after it.
        await new Promise(setImmediate)
        await ingest.close()
        await closing
        await store.close()
        database.close()
      },
    }
  }
}

interface Running {
  readonly app: FastifyInstance
  readonly data: string
  recheckKeys(): void
  close(): Promise<void>
}

const silent: FastifyBaseLogger = pino({ level: 'silent' })
