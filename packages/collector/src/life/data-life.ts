/** Puts together what removes stored events, or adds to them what was rejected: operations, and who asks for them. */
import { join } from 'node:path'
import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from '../clock.ts'
import type { GroupCommit } from '../commit/group-commit.ts'
import type { EventCounters } from '../metrics/event-counters.ts'
import type { RetentionOptions } from '../options.ts'
import type { EventValidator } from '../session/event-validator.ts'
import type { Compaction } from '../store-process/messages.ts'
import type { StoreProcess } from '../store-process/store-process.ts'
import { type AgeClock, ageClockFile, createAgeClock } from './age-clock.ts'
import { createEraser, type EraserOptions } from './eraser.ts'
import { createForgetter, type Forgetter, type ForgetterOptions } from './forgetter.ts'
import { createOperations, type Operations } from './operations.ts'
import { createPruner, type Pruner } from './pruner.ts'
import { createRejudger, type Rejudger } from './rejudger.ts'
import { createRetention, type MeasuredSize, type Retention, type RetentionParts } from './retention.ts'
import { createRetryingStore } from './retrying-store.ts'

export interface DataLife {
  readonly operations: Operations
  readonly pruner: Pruner
  readonly retention: Retention
  /** By it stored events age. */
  readonly ageClock: AgeClock
  readonly forgetter: Forgetter
  readonly rejudger: Rejudger
  /** Begins what it does by itself. */
  start(): void
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

/** What is asked for over the API. */
export type LifeRequests = Pick<DataLife, 'pruner' | 'ageClock' | 'forgetter' | 'rejudger' | 'compact'>

export interface DataLifeOptions {
  readonly retention: RetentionOptions
  /** Absolute path of the data folder. */
  readonly folder: string
  readonly outdateBackups: ForgetterOptions['outdateBackups']
  readonly commits: Pick<GroupCommit, 'appendOperation' | 'probe'>
  readonly store: Pick<StoreProcess, 'ask' | 'figures'>
  readonly log: MeasuredSize['log'] & EraserOptions['log']
  readonly counters: Pick<EventCounters, 'addRemoved' | 'addMoved'>
  readonly onForgotten: ForgetterOptions['onForgotten']
  readonly sentTo: ForgetterOptions['sentTo']
  /** Of today, without any warning. */
  readonly validator: EventValidator
  /** All that came before is deleted, for its age. */
  readonly onExpired: (receivedBeforeMs: number) => void
  readonly alsoRemove: RetentionParts['alsoRemove']
  readonly clock: Clock
  readonly logger: FastifyBaseLogger
}

export function createDataLife(options: DataLifeOptions): DataLife {
  const { folder, commits, log, counters, onForgotten, sentTo, clock, logger } = options
  const store = createRetryingStore(options.store)
  const operations = createOperations({
    ...{ commits, store, wallMs: clock.wallMs },
    onApplied({ kind }, { events, moved = [] }) {
      if (kind === 'rejudge') counters.addMoved(moved)
      else counters.addRemoved(kind === 'expire' ? { expired: events } : { forgotten: events })
    },
  })
  const pruner = createPruner(operations, store)
  const ageClock = createAgeClock(clock, options.retention.keepMs, ageClockFile(join(folder, 'age-clock.json')))
  const retention = createRetention({
    ...{ settings: options.retention, pruner, ageClock, logger, wallMs: clock.wallMs },
    ...{ onExpired: options.onExpired, alsoRemove: options.alsoRemove },
    size: { store, log, usedBytes: () => options.store.figures.space?.usedBytes },
  })
  const eraser = createEraser({ folder, log, commits, store })
  const forgetter = createForgetter({
    ...{ folder, operations, eraser, onForgotten, sentTo, logger },
    ...{ outdateBackups: options.outdateBackups, store: options.store, retryingStore: store },
  })
  return {
    operations,
    pruner,
    retention,
    ageClock,
    forgetter,
    rejudger: createRejudger({ operations, store, validator: options.validator }),
    start() {
      forgetter.resume()
      retention.start()
    },
    compact: () => options.store.ask({ kind: 'compact' }),
    close() {
      retention.stop()
      store.close()
    },
  }
}
