/** Runs a worker's collector, on a free port and a folder that goes with it. Each test is let in by itself. */
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Collector, type CollectorPage, createCollector, type Ledger } from '@downlink/collector'
import type { EventDefinitions } from '@downlink/protocol'
import { openTestGateway } from './test-gateway.ts'

export interface WorkerCollectorOptions {
  readonly events?: EventDefinitions | undefined
  readonly pages?: Readonly<Record<string, CollectorPage>> | undefined
  readonly key?: string | undefined
}

export interface WorkerCollector extends Pick<Collector, 'query' | 'subscribe'> {
  /** The collector's page, its API, and `pages`. @example 'http://127.0.0.1:40123' */
  readonly url: string
  /** How often pages of the present test have connected. */
  readonly attempts: number
  /** How often others have tried: pages of an earlier test. */
  readonly refused: number
  /** Ends what earlier pages send, and waits until that is stored: all that follows comes by the new address. */
  beginTest(): Promise<StartedTest>
  close(): Promise<void>
}

export interface StartedTest {
  /** @example 'ws://127.0.0.1:40123/telemetry?test=…' */
  readonly telemetryUrl: string
  /** Of the sessions that begin by this address, oldest first. */
  ledgers(): Promise<readonly Ledger[]>
}

export async function openWorkerCollector({ events, pages, key }: WorkerCollectorOptions): Promise<WorkerCollector> {
  const folder = await mkdtemp(join(tmpdir(), 'downlink-playwright-'))
  const collector = createCollector({
    data: join(folder, 'data'),
    logger: false,
    // Pages come from wherever the game is served; the gateway asks for more than an origin.
    origins: ['*'],
    ...(events && { events }),
    ...(pages && { pages }),
    ...(key !== undefined && { keys: [key] }),
  })
  const server = createServer()
  await collector.attach(server)
  const gateway = await openTestGateway(server)

  return {
    url: gateway.url,
    get attempts() {
      return gateway.attempts
    },
    get refused() {
      return gateway.refused
    },
    async beginTest() {
      const telemetryUrl = gateway.nextTest()
      // What the sockets had already read is taken in this turn.
      await new Promise(setImmediate)
      await collector.settled()
      const earlier = new Set(await sessionIds())
      const ledgers = async (): Promise<readonly Ledger[]> => {
        const ids = (await sessionIds()).filter((sessionId) => !earlier.has(sessionId))
        const found = await Promise.all(ids.map((sessionId) => collector.ledger(sessionId)))
        return found.filter((ledger) => ledger !== undefined)
      }
      return { telemetryUrl, ledgers }
    },
    query: collector.query,
    subscribe: collector.subscribe,
    async close() {
      await gateway.close()
      await collector.close()
      await rm(folder, { recursive: true, force: true, maxRetries: 3 })
    },
  }

  async function sessionIds(): Promise<string[]> {
    const { rows } = await collector.query('SELECT session_id FROM sessions ORDER BY first_seen, session_id')
    return rows.map(([sessionId]) => String(sessionId))
  }
}
