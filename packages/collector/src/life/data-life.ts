/** Puts together what removes stored events: operations, and who asks for them. */
import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from '../clock.ts'
import type { GroupCommit } from '../commit/group-commit.ts'
import type { EventCounters } from '../metrics/event-counters.ts'
import type { RetentionOptions } from '../options.ts'
import type { Compaction } from '../store-process/messages.ts'
import type { StoreProcess } from '../store-process/store-process.ts'
import { createPatientStore } from './ask-store.ts'
import { createOperations, type Operations } from './operations.ts'
import { createPruner, type Pruner } from './pruner.ts'
import { createRetention, type Retention } from './retention.ts'

export interface DataLife {
  readonly operations: Operations
  readonly pruner: Pruner
  readonly retention: Retention
  /**
   * Rewrites the database into a new file, without its free blocks and the bytes of what was deleted. Events are taken
   * meanwhile; reads see what was stored before, and wait a moment as the files change places.
   *
   * @throws {CollectorError} `no_room`, `store_unavailable`: the database is as it was then
   */
  compact(): Promise<Compaction>
  /** Whoever waits is told that it comes later; what is in the log already is applied at the next start. Idempotent. */
  close(): void
}

export interface DataLifeOptions {
  readonly retention: RetentionOptions
  readonly commits: Pick<GroupCommit, 'appendOperation'>
  readonly store: Pick<StoreProcess, 'ask'>
  readonly log: { readonly bytes: number }
  readonly counters: Pick<EventCounters, 'addRemoved'>
  readonly clock: Clock
  readonly logger: FastifyBaseLogger
}

export function createDataLife(options: DataLifeOptions): DataLife {
  const { commits, log, counters, logger } = options
  const { wallMs } = options.clock
  const store = createPatientStore(options.store)
  const operations = createOperations({
    ...{ commits, store, wallMs },
    onApplied: (_operation, { events }) => counters.addRemoved({ expired: events }),
  })
  const pruner = createPruner(operations, store)
  const retention = createRetention({ settings: options.retention, pruner, store, log, wallMs, logger })
  return {
    operations,
    pruner,
    retention,
    compact: () => options.store.ask({ kind: 'compact' }),
    close() {
      retention.stop()
      store.close()
    },
  }
}
