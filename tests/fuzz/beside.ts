/** Runs a real collector, and beside whatever is done to it a well-behaved session, which must notice nothing. */
import { createTelemetry } from '@downlink/client'
import type { CollectorOptions } from '@downlink/collector'
import { WebSocket } from 'ws'
import { type CollectorProcess, startCollector } from './collector-process.ts'

export interface Beside {
  readonly collector: CollectorProcess
  /** The well-behaved session. */
  readonly session: string
  /** It says something. Rejects where that is not acknowledged, or anything else has happened to it. */
  say(): Promise<void>
  /** Rejects unless all that it said is stored, once and in order, the ledgers add up, and the store never ended. */
  check(): Promise<void>
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
}

const patienceMs = 20_000

export async function startBeside(options: CollectorOptions = {}): Promise<Beside> {
  const collector = await startCollector({ ...options, limits })
  let sockets = 0
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
      const metrics = await (await fetch(`${collector.url}/metrics`)).text()
      const restarts = /^downlink_store_restarts_total\{.*$/m.exec(metrics)
      if (restarts) throw new Error(`The store has ended: ${restarts[0]}`)
    },
    async close() {
      telemetry.stop()
      await collector.close()
    },
  }

  async function say(): Promise<void> {
    telemetry.push('bystander', { n: telemetry.stats().pushed + 1 })
    const { remaining } = await telemetry.flush({ timeoutMs: patienceMs })
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
    // A busy machine may take longer over any query than it is given.
    for (let times = 0; ; times++) {
      const { answer } = await ask(sql)
      if (answer.rows) return answer.rows
      if (answer.error?.code !== 'query_timeout' || times > 20)
        throw new Error(`Expected rows: ${answer.error?.message}`)
    }
  }

  async function expectStored(): Promise<void> {
    const { acked } = telemetry.stats()
    const [[stored, inOrder] = []] = await rowsOf(
      `SELECT count(*)::INT, bool_and(seq = (data->>'n')::BIGINT) FROM events
       WHERE session_id = '${telemetry.sessionId}' AND seq <= ${acked}`,
    )
    if (stored !== acked || inOrder !== true)
      throw new Error(`Of ${acked} acknowledged events of its own ${stored} are stored`)
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
