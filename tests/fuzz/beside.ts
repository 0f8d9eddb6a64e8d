/** Runs a real collector, and beside whatever is done to it a well-behaved session, which must notice nothing. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { createTelemetry } from '@downlink/client'
import type { CollectorOptions } from '@downlink/collector'
import { WebSocket } from 'ws'
import { type CollectorProcess, startCollector } from './collector-process.ts'
import type { SessionFigures } from './target.ts'

export interface Beside {
  readonly collector: CollectorProcess
  /** The well-behaved session. */
  readonly session: string
  /** It says something. Rejects where that is not acknowledged, or anything else has happened to it. */
  say(): Promise<void>
  /** Rejects unless all that it said is stored, once and in order, the ledgers add up, and the store never ended but as it may. */
  check(): Promise<void>
  /** The store was ended for a query. Rejects where it takes long until it answers again, or it ended of something else. */
  expectStoreBack(): Promise<void>
  figures(): SessionFigures
  /** Answers a query, once all is stored that was acknowledged within so many seconds before. */
  ask(sql: string, waitSeconds?: number): Promise<{ readonly status: number; readonly answer: QueryAnswer }>
  close(): Promise<void>
}

export interface QueryAnswer {
  readonly rows?: readonly (readonly unknown[])[]
  readonly error?: { readonly code: string; readonly message: string }
}

/** Where this one is at a limit, everybody is: these are for one sender on one machine who makes thousands of connections. */
const limits = {
  maxEventsPerSecond: 10_000_000,
  maxPostsPerSecond: 1_000_000,
  maxHandshakesPerAddress: 10_000,
  maxSocketsPerAddress: 10_000,
  maxIdleSessions: 100,
  /** A machine that stands still for half a minute is no silent sender. */
  heartbeatMs: 600_000,
}

const patienceMs = 120_000
const maxLooks = 120
const lookMs = 1000
const retryMs = 100
/** A store that is behind, is mended, or has no time gives the same answer a moment later. */
const passing = new Set(['query_timeout', 'query_busy', 'query_interrupted', 'query_killed', 'store_unavailable'])
/** A store that ended answers within 3 s; one that has just ended before is started up to 5 s later. */
const maxBackMs = 8000
/** A busy machine may take longer by so many starts of a process that does nothing: a store is about as much work. */
const busyStarts = 20

async function processStartMs(): Promise<number> {
  const startedMs = performance.now()
  await once(spawn(process.execPath, ['--eval', '']), 'exit')
  return performance.now() - startedMs
}

/** @param mayEndOf reasons of `downlink_store_restarts_total` for which its store may end */
export async function startBeside(options: CollectorOptions = {}, mayEndOf: readonly string[] = []): Promise<Beside> {
  const collector = await startCollector({ ...options, limits })
  let sockets = 0
  const acksMs: number[] = []
  const backMs: number[] = []
  const telemetry = createTelemetry({
    url: collector.telemetry,
    enabled: true,
    batchSize: 1,
    recentEvents: 1,
    ackDeadlineMs: patienceMs,
    environment: {
      createSocket(url, protocols) {
        sockets++
        return new WebSocket(url, protocols)
      },
      onSignal: () => () => {},
      warn: () => {},
    },
  })
  telemetry.start()
  // Whoever says a session's id first has it.
  await say()

  return {
    collector,
    session: telemetry.sessionId,
    say,
    ask,
    async check() {
      if (!collector.isRunning) throw new Error('The collector has ended')
      await say()
      await expectStored()
      await expectLedgers()
      await expectNoOtherEnd()
    },
    async expectStoreBack() {
      const endedMs = performance.now()
      while ((await ask('SELECT 1')).status !== 200) await sleep(retryMs)
      const tookMs = performance.now() - endedMs
      backMs.push(tookMs)
      await say()
      const isLate = tookMs > maxBackMs && tookMs > maxBackMs + busyStarts * (await processStartMs())
      if (isLate) throw new Error(`The store answers again only after ${Math.round(tookMs)} ms`)
      await expectNoOtherEnd()
    },
    figures() {
      const sorted = acksMs.toSorted((a, b) => a - b)
      const quantile = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0
      const acks = { acks: sorted.length, medianMs: quantile(0.5), p99Ms: quantile(0.99) }
      return { ...acks, killedQueries: backMs.length, slowestBackMs: Math.max(0, ...backMs) }
    },
    async close() {
      telemetry.stop()
      await collector.close()
    },
  }

  async function say(): Promise<void> {
    const saidMs = performance.now()
    telemetry.push('bystander', { n: telemetry.stats().pushed + 1 })
    const { remaining } = await telemetry.flush({ timeoutMs: patienceMs })
    acksMs.push(performance.now() - saidMs)
    const { dropped, rejected } = telemetry.stats()
    if (remaining > 0) throw new Error(`Its events are not acknowledged: ${JSON.stringify(telemetry.status())}`)
    if (rejected > 0 || Object.keys(dropped).length > 0) throw new Error('Its events are rejected or dropped')
    if (sockets > 1) throw new Error('Its connection was lost')
  }

  async function ask(sql: string, waitSeconds = 20) {
    const response = await fetch(`${collector.url}/api/query`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', prefer: `wait=${waitSeconds}` },
      body: JSON.stringify({ sql }),
    })
    return { status: response.status, answer: (await response.json()) as QueryAnswer }
  }

  async function rowsOf(sql: string): Promise<readonly (readonly unknown[])[]> {
    for (let look = 0; ; look++) {
      const { answer } = await ask(sql)
      if (answer.rows) return answer.rows
      const { code = '', message } = answer.error ?? {}
      if (!passing.has(code) || look > maxLooks) throw new Error(`Expected rows: ${message}`)
      await sleep(lookMs)
    }
  }

  async function expectNoOtherEnd(): Promise<void> {
    const metrics = await (await fetch(`${collector.url}/metrics`)).text()
    for (const [, reason = '', times] of metrics.matchAll(
      /^downlink_store_restarts_total\{reason="(\w+)"\} (\d+)$/gm,
    )) {
      if (Number(times) > 0 && !mayEndOf.includes(reason)) throw new Error(`The store has ended: ${reason}`)
    }
  }

  async function expectStored(): Promise<void> {
    const { acked } = telemetry.stats()
    const select = `SELECT count(*)::INT, bool_and(seq = (data->>'n')::BIGINT) FROM events
       WHERE session_id = '${telemetry.sessionId}' AND seq <= ${acked}`
    for (let look = 0; ; look++) {
      const [[stored, inOrder] = []] = await rowsOf(select)
      if (stored === acked && inOrder === true) return
      const isBehind = Number(stored) < acked && look < maxLooks
      if (!isBehind) throw new Error(`Of ${acked} acknowledged events of its own ${stored} are stored`)
      await sleep(lookMs)
    }
  }

  /** pushed = stored + expired + forgotten + rejected + dropped + missing + outstanding, of every session. */
  async function expectLedgers(): Promise<void> {
    const [faulty] = await rowsOf(
      `SELECT session_id FROM ledgers LEFT JOIN (
         SELECT session_id, count(*) AS rows, count(DISTINCT seq) AS numbers FROM events GROUP BY session_id
       ) USING (session_id)
       WHERE pushed <> stored + expired + forgotten + rejected + dropped + missing + outstanding
         OR stored <> coalesce(rows, 0) OR rows <> numbers LIMIT 1`,
    )
    if (faulty) throw new Error(`The ledger of a session does not add up: ${faulty}`)
  }
}
