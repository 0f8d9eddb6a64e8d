/** Follows the stream of a cluster into its store: the partitions that this sink holds, beside whatever other sinks run. */
import { randomUUID } from 'node:crypto'
import { messageOf } from '@downlink/protocol'
import type { FastifyBaseLogger } from 'fastify'
import { systemClock, systemTimer } from '../clock.ts'
import type { ClusterStore } from '../cluster-store.ts'
import { type JetStream, retried } from './connect.ts'
import { createLeases } from './leases.ts'
import { createPartitionReader } from './partition-reader.ts'
import { createPartitionSink, type PartitionReport, type PartitionSink } from './partition-sink.ts'
import { openSinkBuckets } from './sink-buckets.ts'
import { partitionNames } from './subjects.ts'
import { createSunkMessages } from './sunk-messages.ts'

export interface StreamSink {
  readonly figures: SinkFigures
  /** Gives its partitions away, and ends what is under way. Idempotent. */
  stop(): Promise<void>
}

export interface SinkFigures {
  /** That it holds. */
  readonly partitions: number
  /** Messages of those that are not in the store. */
  readonly pending: number
  /** For how long the furthest behind of them has been behind, by the times at which messages came. */
  readonly lagMs: number
  /** Written since it started. */
  readonly events: number
  /** What it has found, by code. */
  readonly reports: ReadonlyMap<string, number>
}

export interface StreamSinkOptions {
  readonly jetStream: JetStream
  readonly store: ClusterStore
  readonly logger: FastifyBaseLogger
  /** After which others take over from a sink that is gone. */
  readonly leaseMs: number
  /** For how long a message is left in the stream though the store has it. */
  readonly keptMs: number
}

/** @throws {CollectorError} `log_unavailable` */
export async function startStreamSink(options: StreamSinkOptions): Promise<StreamSink> {
  const { jetStream, store, logger, leaseMs, keptMs } = options
  const { wallMs, monotonicMs: now } = systemClock
  const buckets = await retried('the buckets of the sinks', () => openSinkBuckets(jetStream, leaseMs))
  const reader = createPartitionReader(jetStream)
  const sunk = createSunkMessages({
    jetStream,
    keptMs,
    now,
    onFailure: warn('Messages that are stored could not be removed'),
  })
  const sinks = new Map<string, PartitionSink>()
  const reports = new Map<string, number>()
  let events = 0
  const leases = createLeases({
    ...{ bucket: buckets.leases, owner: randomUUID(), partitions: partitionNames, leaseMs, now },
    setTimer: systemTimer,
    onTaken: begin,
    onGone: end,
    onFailure: warn('The leases of the partitions could not be renewed'),
  })
  leases.start()
  sunk.start()

  return {
    figures: {
      get partitions() {
        return sinks.size
      },
      get pending() {
        return [...sinks.values()].reduce((sum, { figures }) => sum + figures.pending, 0)
      },
      get lagMs() {
        const behind = [...sinks.values()].filter(({ figures }) => figures.pending > 0 && figures.sunkUpToMs > 0)
        return Math.max(0, ...behind.map(({ figures }) => wallMs() - figures.sunkUpToMs))
      },
      get events() {
        return events
      },
      reports,
    },
    async stop() {
      sunk.stop()
      await leases.stop()
    },
  }

  function begin(partition: string): void {
    const sink = createPartitionSink({
      ...{ partition, reader, store: store.partition(partition), ends: buckets.ends, aside: buckets.aside, report },
      onSunk(more, end) {
        events += more
        sunk.add(partition, end)
      },
      setTimer: systemTimer,
    })
    sinks.set(partition, sink)
  }

  async function end(partition: string): Promise<void> {
    const sink = sinks.get(partition)
    sinks.delete(partition)
    sunk.forget(partition)
    await sink?.stop()
  }

  function report(found: PartitionReport): void {
    reports.set(found.code, (reports.get(found.code) ?? 0) + 1)
    if (found.code === 'store_unavailable') warn('The store can take nothing now; it is tried again')(found.reason)
    else if (found.code === 'log_unavailable') warn('The log can not be followed; it is tried again')(found.reason)
    else if (found.code === 'later_message')
      warn('An entry wants a sink of a later version; it waits for one, with all of its partition')(found.reason)
    else logger.error(found, 'The sink has found something in the log that it could not store as it is')
  }

  function warn(sentence: string): (reason: unknown) => void {
    return (reason) => logger.warn({ reason: typeof reason === 'string' ? reason : messageOf(reason) }, sentence)
  }
}
