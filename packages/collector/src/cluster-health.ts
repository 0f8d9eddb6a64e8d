/** Reports how the log and the store stand that a collector shares with others, as far as it can know that. */
import type { StreamInfo } from '@nats-io/jetstream'
import type { Clock } from './clock.ts'
import type { ClusterStore } from './cluster-store.ts'
import { hasRoom, type JetStream } from './jetstream/connect.ts'
import type { AsideFigures, LifeBuckets } from './jetstream/life-buckets.ts'
import { countSinks, type RunningSinks } from './jetstream/sink-buckets.ts'
import type { PartitionLag, SinkLag } from './jetstream/sink-lag.ts'
import { partitionNames, streamName } from './jetstream/subjects.ts'

/** What is shared, in the answer of `GET /api/health`. */
export interface ClusterHealth {
  /** Null where it can't be asked. */
  readonly log: StreamHealth | null
  /** Null where it is not known: log and store tell of them. */
  readonly sinks: SinksHealth | null
  readonly store: StoreHealth
}

export interface StreamHealth {
  readonly bytes: number
  /** Beyond it nothing more is taken; null where the stream has no bound. */
  readonly maxBytes: number | null
  /** With those that sinks have stored already, and remove ten minutes later. */
  readonly messages: number
  /** That have a message in it. */
  readonly sessions: number
  /** That it should have. */
  readonly copies: number
  /** That have all of it now. */
  readonly currentCopies: number
  /** The server that leads it; null while one is elected. */
  readonly leader: string | null
  /** Whether it has room for more. */
  readonly isTaking: boolean
}

export interface SinksHealth extends RunningSinks {
  readonly partitions: number
  /** How long ago the oldest message came that is not stored, in ms. */
  readonly lagMs: number
  /** Those that are, the furthest first. */
  readonly behind: readonly PartitionHealth[]
  /** Messages that are no entries, and were set aside; null where it is not known. */
  readonly aside: AsideFigures | null
}

export interface PartitionHealth {
  readonly partition: string
  readonly lagMs: number
}

export interface StoreHealth {
  /** Whether it answers this collector. */
  readonly isUp: boolean
  /** Of the tables; null where its user may not see that. */
  readonly bytes: number | null
  /** Of its fullest disk; null where its user may not see that. */
  readonly freeBytes: number | null
}

export interface ClusterHealthOptions {
  readonly jetStream: JetStream
  readonly lag: SinkLag
  readonly buckets: Pick<LifeBuckets, 'readAside'>
  readonly store: Pick<ClusterStore, 'readFigures'>
  readonly wallMs: Clock['wallMs']
}

export interface ReadClusterHealth {
  readonly cluster: ClusterHealth
  /** Of the store's server; undefined where it does not answer. */
  readonly storeVersion: string | undefined
}

/** What can't be asked is not known. Never rejects. */
export async function readClusterHealth(options: ClusterHealthOptions): Promise<ReadClusterHealth> {
  const { jetStream } = options
  const [log, sinks, figures] = await Promise.all([
    orNull(() => readStream(jetStream)),
    orNull(() => readSinks(options)),
    orNull(options.store.readFigures),
  ])
  const store = { isUp: figures !== null, bytes: figures?.bytes ?? null, freeBytes: figures?.freeBytes ?? null }
  return { cluster: { log, sinks, store }, storeVersion: figures?.version }
}

async function readStream({ manager, isConnected, maxMessageBytes }: JetStream): Promise<StreamHealth> {
  if (!isConnected) throw new Error('No server of NATS is connected')
  const info = await manager.streams.info(streamName)
  const { config, state, cluster } = info
  return {
    bytes: state.bytes,
    maxBytes: config.max_bytes > 0 ? config.max_bytes : null,
    messages: state.messages,
    sessions: state.num_subjects ?? 0,
    copies: config.num_replicas,
    currentCopies: countCurrent(info),
    leader: cluster?.leader || null,
    isTaking: hasRoom(info, maxMessageBytes),
  }
}

/** Its leader has all of it; a server that stands alone leads what it has. */
const countCurrent = ({ cluster }: StreamInfo): number =>
  1 + (cluster?.replicas ?? []).filter(({ current, offline }) => current && !offline).length

async function readSinks({ jetStream, lag, buckets, wallMs }: ClusterHealthOptions): Promise<SinksHealth> {
  if (!jetStream.isConnected) throw new Error('No server of NATS is connected')
  const [behind, running, aside] = await Promise.all([lag.read(), countSinks(jetStream), orNull(buckets.readAside)])
  const nowMs = wallMs()
  const ages = behind.map((one) => healthOf(one, nowMs)).sort((one, other) => other.lagMs - one.lagMs)
  return { ...running, partitions: partitionNames.length, lagMs: ages[0]?.lagMs ?? 0, behind: ages, aside }
}

const healthOf = ({ partition, atMs }: PartitionLag, nowMs: number): PartitionHealth => ({
  partition,
  lagMs: Math.max(0, Math.round(nowMs - atMs)),
})

const orNull = <Value>(ask: () => Promise<Value>): Promise<Value | null> => ask().catch(() => null)
