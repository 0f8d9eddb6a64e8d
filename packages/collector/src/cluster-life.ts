/** Puts together what removes stored events of a cluster: each collector does it when asked, each sink by itself for their age. */
import type { FastifyBaseLogger } from 'fastify'
import { systemClock as clock, systemTimer } from './clock.ts'
import type { ClockWitnesses } from './clock-witnesses.ts'
import { createClusterForgetter } from './cluster-forgetter.ts'
import type { ClusterStore } from './cluster-store.ts'
import { CollectorError } from './errors.ts'
import type { JetStream } from './jetstream/connect.ts'
import { createSessionForgetter } from './jetstream/forget-session.ts'
import type { LifeBuckets } from './jetstream/life-buckets.ts'
import { eraseMessages } from './jetstream/session-messages.ts'
import type { SinkLag } from './jetstream/sink-lag.ts'
import type { StreamCommit } from './jetstream/stream-commit.ts'
import { createAgeClock } from './life/age-clock.ts'
import type { LifeRequests } from './life/data-life.ts'
import type { Forgetter } from './life/forgetter.ts'
import { nothing, type Pruner, sumOf } from './life/pruner.ts'
import { createRetention, type Retention } from './life/retention.ts'
import type { EventCounters } from './metrics/event-counters.ts'
import type { QueryLimits } from './query/query-limits.ts'

export interface ClusterLifeOptions {
  readonly store: ClusterStore
  readonly buckets: Omit<LifeBuckets, 'readAside'>
  readonly counters: Pick<EventCounters, 'addRemoved'>
  readonly jetStream: JetStream
  readonly lag: SinkLag
  readonly commits: StreamCommit
  readonly limits: QueryLimits
  /** Drops the answers that are kept. */
  readonly forgetAnswers: () => void
  readonly isClosing: () => boolean
}

export function createClusterLife(options: ClusterLifeOptions): LifeRequests {
  const { store, buckets, counters } = options
  return {
    pruner: createClusterPruner(store, buckets, (expired) => counters.addRemoved({ expired })),
    // It only looks: how long sinks have run they know themselves.
    ageClock: {
      read: () => {
        const memory = { load: buckets.ageClock.load, save: async () => {} }
        return createAgeClock(clock, undefined, memory, witnessesOf(options)).read()
      },
    },
    forgetter: createForgetterOf(options),
    rejudger: {
      async rejudge() {
        throw absent(
          'Rejected events stay as they are: only a collector with a database of its own judges them anew, for in a stream nothing comes into its place afterwards',
        )
      },
    },
    async compact() {
      throw absent('ClickHouse gives space back by itself: leave `compact` out')
    },
  }
}

function createForgetterOf(options: ClusterLifeOptions): Forgetter {
  const { store, buckets, counters, jetStream, lag, commits, limits, forgetAnswers, isClosing } = options
  return createClusterForgetter({
    ...{ store, lag, limits, isClosing, eraseAside: buckets.eraseAside, wallMs: clock.wallMs },
    forgetSession: createSessionForgetter({ commits, setTimer: systemTimer }),
    eraseMessages: (sessionId, sunkSeq) => eraseMessages(jetStream, sessionId, sunkSeq),
    onForgotten: forgetAnswers,
    onErased: (forgotten) => counters.addRemoved({ forgotten }),
  })
}

export interface ClusterRetentionOptions extends Pick<ClusterLifeOptions, 'store' | 'buckets'> {
  /** How long events are kept, in ms; undefined for ever. */
  readonly keepMs: number | undefined
  readonly logger: FastifyBaseLogger
  readonly onExpired: (events: number) => void
}

export function createClusterRetention(options: ClusterRetentionOptions): Retention {
  const { store, buckets, keepMs, logger, onExpired } = options
  return createRetention({
    ...{ settings: keepMs === undefined ? {} : { keepMs }, logger, wallMs: clock.wallMs },
    pruner: createClusterPruner(store, buckets, onExpired),
    ageClock: createAgeClock(clock, keepMs, buckets.ageClock, witnessesOf(options)),
    size: undefined,
    onExpired() {},
    // A sink that was held up may have written once more what was forgotten.
    alsoRemove: async () => void (await store.erase()),
  })
}

/** Collectors stamp, on machines of their own: a clock that is wrong here deletes nothing of theirs. */
const witnessesOf =
  ({ store, buckets }: Pick<ClusterLifeOptions, 'store' | 'buckets'>) =>
  async (): Promise<ClockWitnesses> => {
    const [{ nowsMs, newestMs }, serverMs] = await Promise.all([store.readTimes(), buckets.serverMs()])
    return { nowsMs: serverMs === undefined ? nowsMs : [...nowsMs, serverMs], newestMs }
  }

/** Whole days: a slice each. */
function createClusterPruner(
  store: ClusterStore,
  { expiryLock }: Pick<LifeBuckets, 'expiryLock'>,
  onExpired: (events: number) => void,
): Pruner {
  return {
    plan: ({ receivedBeforeMs }) => store.planExpiry(receivedBeforeMs),
    async prune(slices, onProgress) {
      if (slices.length === 0) return nothing
      return expiryLock.hold(async (lock) => {
        let pruned = nothing
        for (const [at, { receivedBeforeMs }] of slices.entries()) {
          lock.check()
          const day = await store.expire(receivedBeforeMs)
          onExpired(day.events)
          pruned = sumOf([pruned, day])
          onProgress?.({ ...pruned, share: (at + 1) / slices.length })
        }
        return pruned
      })
    },
  }
}

const absent = (message: string): CollectorError => new CollectorError('not_on_cluster', `${message}.`)
