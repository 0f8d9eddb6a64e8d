/** Puts the write side together: what takes events off the wire, up to the commit log, whichever that is. */
import type { FastifyBaseLogger } from 'fastify'
import type { Keys } from './access/keys.ts'
import { createOriginPolicy } from './access/origin-policy.ts'
import type { Proxies } from './access/proxies.ts'
import { systemClock as clock } from './clock.ts'
import type { CommitLog } from './commit/commit-log.ts'
import { createPendingWork } from './ingest/pending-work.ts'
import { createPostIngest } from './ingest/post.ts'
import { createAddressRateLimiter } from './ingest/rate-limiter.ts'
import type { Refusals } from './ingest/refusals.ts'
import type { TelemetryRoutesOptions } from './ingest/telemetry-routes.ts'
import { createWebSocketIngest, type WebSocketIngest } from './ingest/websocket.ts'
import type { ReadSide } from './read-side.ts'
import { createEventValidator } from './session/event-validator.ts'
import type { SchemaWarnings } from './session/schema-warnings.ts'
import { createSessions, type Sessions, type SessionsOptions } from './session/sessions.ts'
import type { CollectorSettings } from './settings.ts'

export interface WriteSide {
  readonly sessions: Sessions
  readonly sockets: WebSocketIngest
  readonly routes: TelemetryRoutesOptions
}

export interface WriteSideOptions {
  readonly settings: CollectorSettings
  readonly keys: Keys
  readonly commits: CommitLog
  readonly refusals: Refusals
  readonly warnings: SchemaWarnings
  readonly proxies: Proxies
  readonly readSide: Pick<ReadSide, 'counters' | 'roundTrips'>
  readonly onSocket: SessionsOptions['onSocket']
}

export function createWriteSide(options: WriteSideOptions): WriteSide {
  const { settings, keys, commits, refusals, warnings, proxies, readSide, onSocket } = options
  const { limits, events, schemaMode } = settings
  const { monotonicMs, wallMs } = clock
  const sessions = createSessions({
    log: commits,
    validator: createEventValidator(limits, events.schemas, schemaMode === 'warn' ? warnings.add : undefined),
    restartsForgotten: settings.forgottenSessions === 'restart',
    maxIdle: limits.maxIdleSessions,
    onOutstanding(count) {
      readSide.counters.outstanding += count
    },
    onSocket,
  })
  const originPolicy = createOriginPolicy({ ...settings, keys, localPages: true })
  const pending = createPendingWork(limits)
  const eventRateLimiter = createAddressRateLimiter(limits.maxEventsPerSecond, monotonicMs)
  const { roundTrips } = readSide
  const sockets = createWebSocketIngest({
    ...{ sessions, keys, originPolicy, limits, proxies, pending, refusals, roundTrips, clock },
  })
  const post = createPostIngest({ sessions, keys, limits, eventRateLimiter, pending, wallMs })
  const routes: TelemetryRoutesOptions = { originPolicy, post, limits, proxies, pending, refusals, monotonicMs }
  return { sessions, sockets, routes }
}

const failureLineIntervalMs = 10_000

/** A disk that is full fails each group, and there are hundreds a second. */
export function createFailureLine(logger: FastifyBaseLogger, monotonicMs: () => number): (reason: string) => void {
  let nextLineMs = 0
  return (reason) => {
    if (monotonicMs() < nextLineMs) return
    nextLineMs = monotonicMs() + failureLineIntervalMs
    logger.error({ reason }, 'A commit failed; its senders will come back')
  }
}
