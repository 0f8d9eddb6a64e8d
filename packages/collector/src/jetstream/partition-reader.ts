/**
 * Reads a partition of the stream in order, group by group, through a pull consumer. That begins behind what the store has,
 * and takes the place of the one before: whoever still read through it reads nothing more.
 */
import { messageOf } from '@downlink/protocol'
import type { Consumer, JsMsg } from '@nats-io/jetstream'
import { type SetTimer, systemTimer } from '../clock.ts'
import { CollectorError } from '../errors.ts'
import { createWaiters } from '../waiters.ts'
import type { JetStream } from './connect.ts'
import { firstPlaceOf } from './places.ts'
import { streamName, subjectsOf } from './subjects.ts'

export interface PartitionReader {
  /**
   * Yields groups, and after a while in which none came how many messages wait for more.
   *
   * @param after place of the last message that the store has; 0: from the first one
   * @param firstEnd place of the message that ends the first group; else a group ends by its size
   * @throws {CollectorError} `log_unavailable` where the stream is not the one that the store has a part of, or a message was
   * not delivered to this reader, or not acknowledged by it; else what the stream answers
   */
  read(partition: string, after: number, firstEnd?: number): AsyncGenerator<StreamGroup | number>
}

export interface StreamGroup {
  /** In order; at least one. */
  readonly messages: readonly PartitionMessage[]
  /** Place of the last message. */
  readonly end: number
  /** Messages of the partition that come after it, as of when it was delivered. */
  readonly pending: number
  /** The store has it, and all before it. */
  ack(): void
}

export interface PartitionMessage {
  readonly subject: string
  readonly seq: number
  readonly place: number
  readonly data: Uint8Array
  /** Milliseconds since 1970 at which the stream took it. */
  readonly atMs: number
}

/** Of one group, more or less: a message has some 50 events. */
const group = { messages: 500, bytes: 16_777_216, waitMs: 1000 }

/** While a store is away nothing is acknowledged, and nothing need be delivered again: the reader has it. */
const ackWaitNs = 3_600_000_000_000
/** Messages that a reader has, or that are on their way to it. */
const maxUnacked = 2000

export function createPartitionReader(
  { client, manager }: Pick<JetStream, 'client' | 'manager'>,
  setTimer: SetTimer = systemTimer,
): PartitionReader {
  return {
    async *read(partition, after, firstEnd = 0) {
      const { firstPlace, afterSeq } = await findPlace(partition, after)
      const delivery = await deliver(await openConsumer(partition, afterSeq), setTimer)
      const { waiting } = delivery
      let mustReach = firstEnd - firstPlace > afterSeq ? firstEnd - firstPlace : 0
      try {
        for (;;) {
          const count = await delivery.until(() => countOfGroup(waiting, mustReach), group.waitMs)
          // One that was not whole before is written as it was then.
          if (count === 0 && (mustReach > 0 || waiting.length === 0)) {
            yield waiting.length
            continue
          }
          const messages = waiting.splice(0, count || Math.min(waiting.length, group.messages))
          mustReach = 0
          yield groupOf(messages, firstPlace, delivery.acknowledge)
        }
      } finally {
        delivery.stop()
      }
    },
  }

  /** Of a stream before this one the store has nothing that this one has. */
  async function findPlace(partition: string, after: number) {
    const info = await manager.streams.info(streamName)
    const firstPlace = firstPlaceOf(info)
    const afterSeq = Math.max(0, after - firstPlace)
    const { last_seq: last } = info.state
    if (afterSeq <= last) return { firstPlace, afterSeq }
    const expected = `Expected the stream ${streamName} to come to message ${afterSeq} of ${partition}, which is stored`
    throw new CollectorError('log_unavailable', `${expected}; it ends at ${last}: it was restored, or has lost some`)
  }

  /** What it knows the store knows better, so that it needs no copies. */
  async function openConsumer(partition: string, after: number): Promise<Consumer> {
    // Where there is none it has not to go.
    await manager.consumers.delete(streamName, partition).catch(() => {})
    await manager.consumers.add(streamName, {
      durable_name: partition,
      filter_subject: subjectsOf(partition),
      deliver_policy: 'by_start_sequence',
      opt_start_seq: after + 1,
      ack_policy: 'all',
      ack_wait: ackWaitNs,
      max_ack_pending: maxUnacked,
      num_replicas: 1,
      mem_storage: true,
    })
    return client.consumers.get(streamName, partition)
  }
}

/** How many of those that wait make a group; 0 where more have to come. */
function countOfGroup(waiting: readonly JsMsg[], mustReach: number): number {
  if (mustReach > 0) {
    const count = waiting.findIndex(({ seq }) => seq >= mustReach) + 1
    // Past these none comes, or none until some are acknowledged.
    const isAll = waiting.length >= maxUnacked || waiting.at(-1)?.info.pending === 0
    return count === 0 && isAll ? Math.min(waiting.length, group.messages) : count
  }
  let bytes = 0
  const last = waiting.findIndex(({ data }, at) => {
    bytes += data.length
    return at + 1 === group.messages || bytes >= group.bytes
  })
  return last + 1
}

/** Of a consumer that is gone, or whose server is: another one has to be made. */
const endings: ReadonlySet<string> = new Set([
  ...['heartbeats_missed', 'no_responders', 'consumer_deleted', 'consumer_not_found', 'stream_not_found'],
])

/** Messages as they come, in order and without a hole. */
async function deliver(consumer: Consumer, setTimer: SetTimer) {
  const waiting: JsMsg[] = []
  const waiters = createWaiters(setTimer)
  let delivered = 0
  let failure: CollectorError | undefined
  const messages = await consumer.consume({
    max_messages: group.messages,
    callback(message) {
      if (message.info.deliverySequence === ++delivered) waiting.push(message)
      else fail(`Message ${message.seq} was delivered, and those before it were not`)
      waiters.changed()
    },
  })
  void followStatus()
  return {
    waiting,
    /**
     * Resolves to what is not 0 any more, or to 0 after a while.
     *
     * @throws once nothing more comes
     */
    async until(count: () => number, timeoutMs: number): Promise<number> {
      await waiters.until(() => failure !== undefined || count() > 0, timeoutMs)
      if (failure) throw failure
      return count()
    },
    /** Its server sends so many that are not acknowledged, and no more: where it heard nothing, another consumer begins there. */
    acknowledge(message: JsMsg): void {
      message
        .ackAck()
        .catch((error: unknown) => fail(`Message ${message.seq} is not acknowledged: ${messageOf(error)}`))
    },
    stop: () => messages.stop(),
  }

  async function followStatus(): Promise<void> {
    for await (const { type } of messages.status()) if (endings.has(type)) fail(`The consumer says ${type}`)
    fail('The consumer has ended')
  }

  function fail(reason: string): void {
    failure ??= new CollectorError('log_unavailable', reason)
    waiters.changed()
  }
}

function groupOf(messages: readonly JsMsg[], firstPlace: number, acknowledge: (last: JsMsg) => void): StreamGroup {
  const last = messages.at(-1)
  if (!last) throw new Error('Expected a group of one message at least')
  return {
    messages: messages.map(({ subject, seq, data, info }) => ({
      ...{ subject, seq, place: firstPlace + seq, data },
      atMs: info.timestampNanos / 1_000_000,
    })),
    end: firstPlace + last.seq,
    pending: last.info.pending,
    ack: () => acknowledge(last),
  }
}
