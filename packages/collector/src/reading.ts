/** The read side, put together: it watches the commits go by, and reads the database beside them. */
import { fileURLToPath } from 'node:url'
import type { FastifyPluginAsync } from 'fastify'
import { gamePages } from './api/game-pages.ts'
import { createReadAccess } from './api/read-access.ts'
import { createReadAdmission } from './api/read-admission.ts'
import { createReadApi } from './api/read-api.ts'
import type { Clock } from './clock.ts'
import type { CommitLog } from './commit/commit-log.ts'
import type { CommitListener, CommitNotice } from './commit/commit-notice.ts'
import type { Journal } from './commit/journal.ts'
import type { Refusals } from './ingest/refusals.ts'
import { createFeed } from './live/feed.ts'
import { createLiveStream } from './live/live-stream.ts'
import { meteredJournal, meteredLog } from './metrics/metered.ts'
import { createMetrics } from './metrics/metrics.ts'
import { createTally } from './metrics/tally.ts'
import type { CollectorSettings } from './options.ts'
import { countEvents } from './query/count-events.ts'
import { createExporter } from './query/export.ts'
import { createLedgers, type Ledgers } from './query/ledgers.ts'
import type { ReadStorePlan } from './query/read-store.ts'
import type { Sandbox } from './query/sandbox.ts'
import type { Database } from './store/open-database.ts'

export interface Reading {
  readonly sandbox: Sandbox
  readonly ledgers: Ledgers
  /** `/metrics`, `/api`, the page and the pages beside it. */
  readonly api: FastifyPluginAsync
  /** Hears of what was committed. */
  readonly listener: CommitListener
  /** @returns its unsubscribe */
  subscribe(listener: (notice: CommitNotice) => void): () => void
  /** Hears by how much more, or less, the sessions owe that have ended or have no link. */
  countOwed(events: number): void
  watchJournal(journal: Journal): Journal
  /** Ends what reads now, for a write that lacks memory. */
  interrupt(): void
  watchLog(log: CommitLog): CommitLog
  /** Ends the live streams, which would keep the server from closing. */
  hangUp(): void
  /** Ends what still reads. */
  close(): Promise<void>
}

export interface ReadingOptions {
  readonly settings: CollectorSettings
  readonly plan: ReadStorePlan
  readonly database: Database
  readonly log: { readonly bytes: () => number; readonly lagMs: () => number }
  /** WebSockets that are up. */
  readonly sockets: () => number
  readonly isOpen: (sessionId: string) => boolean
  readonly refusals: Refusals
  readonly clock: Clock
}

const pageFolder = fileURLToPath(new URL('./page/', import.meta.url))

export async function openReading({
  settings,
  plan,
  database,
  log,
  sockets,
  isOpen,
  refusals,
  clock,
}: ReadingOptions): Promise<Reading> {
  const store = plan.open(database)
  const { readers, sandbox } = store
  const exporter = createExporter(store, database.exportFolder)
  await exporter.clean()
  const tally = createTally({ monotonicMs: clock.monotonicMs, before: await countEvents(readers) })
  const feed = createFeed()
  const live = createLiveStream({ feed, tally, sockets, refused: () => refusals.total, wallMs: clock.wallMs, every })
  const ledgers = createLedgers({ readers, isOpen, owed: () => tally.owed })
  const metrics = createMetrics({
    tally,
    log,
    sockets,
    liveListeners: () => live.listeners,
    refused: refusals.counts,
  })
  const readApi = createReadApi({
    store,
    ledgers,
    exporter,
    live,
    metrics,
    access: createReadAccess({ ...settings, ...settings.limits, monotonicNow: clock.monotonicMs }),
    admission: createReadAdmission(settings),
    senderOf: settings.proxies.senderOf,
    pageFolder: settings.page ? pageFolder : undefined,
  })
  return {
    sandbox,
    ledgers,
    async api(app) {
      await app.register(readApi)
      await app.register(async (pages) => gamePages(pages, settings.pages))
    },
    listener: feed,
    subscribe: feed.subscribe,
    countOwed(events) {
      tally.owed += events
    },
    watchJournal: (journal) => meteredJournal(journal, metrics.observeCommit),
    interrupt: () => readers.interrupt(),
    watchLog: (log) => meteredLog(log, tally),
    hangUp: () => live.close(),
    close: () => readers.close(),
  }
}

function every(intervalMs: number, tick: () => void): () => void {
  const timer = setInterval(tick, intervalMs)
  return () => clearInterval(timer)
}
