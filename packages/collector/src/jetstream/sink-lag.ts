/** Tells how far sinks are behind the stream, by what their consumers have acknowledged: that is in the store. */
import type { ConsumerInfo } from '@nats-io/jetstream'
import type { SetTimer } from '../clock.ts'
import type { JetStream } from './connect.ts'
import { nextMessage } from './next-message.ts'
import { firstPlaceOf } from './places.ts'
import { partitionNames, streamName, subjectsOf } from './subjects.ts'

export interface SinkLag {
  /** Sequence of the stream's last message. Rejects where the stream does not answer. */
  lastSeq(): Promise<number>
  /**
   * Waits until the store has all messages up to a sequence, or so long.
   *
   * @returns undefined where it has; else when the oldest came of those that it has not, in ms since 1970. Rejects as `lastSeq`
   */
  behindSince(seq: number, waitMs: number): Promise<number | undefined>
}

export interface SinkLagOptions {
  readonly jetStream: Pick<JetStream, 'manager'>
  /** Where the store stands in a partition. */
  readonly readPlace: (partition: string) => Promise<number>
  readonly setTimer: SetTimer
  /** A monotonic clock, in ms. */
  readonly now: () => number
}

/** From one look to the next. */
const lookMs = 200

export function createSinkLag({ jetStream: { manager }, readPlace, setTimer, now }: SinkLagOptions): SinkLag {
  return {
    lastSeq: async () => (await manager.streams.info(streamName)).state.last_seq,
    async behindSince(seq, waitMs) {
      const untilMs = now() + waitMs
      for (;;) {
        const behind = await timesBehind(seq)
        if (behind.length === 0) return undefined
        if (now() + lookMs > untilMs) return Math.min(...behind)
        await new Promise<void>((resolve) => setTimer(resolve, lookMs))
      }
    },
  }

  /** Of each partition that is behind: when the first message came that is not stored. */
  async function timesBehind(seq: number): Promise<readonly number[]> {
    /** With the sequence up to which all of it is stored. */
    const behind = new Map<string, number>()
    const unread = new Set(partitionNames)
    for await (const consumer of manager.consumers.list(streamName)) {
      if (!unread.delete(consumer.name)) continue
      const storedSeq = storedUpTo(consumer)
      // How much is pending it tells by the copy of its own server, which may be behind: the leader has the next message.
      if (storedSeq < seq) behind.set(consumer.name, storedSeq)
    }
    // No sink has it now.
    if (unread.size > 0) {
      const firstPlace = firstPlaceOf(await manager.streams.info(streamName))
      for (const partition of unread) behind.set(partition, Math.max(0, (await readPlace(partition)) - firstPlace))
    }
    const nexts = await Promise.all(
      [...behind].map(([partition, after]) => nextMessage(manager, subjectsOf(partition), after + 1)),
    )
    return nexts.flatMap((next) => (next && next.seq <= seq ? [next.time.getTime()] : []))
  }
}

/** A consumer begins behind what the store has, and says 0 of itself until the first message that is acknowledged through it. */
const storedUpTo = ({ ack_floor: floor, config }: ConsumerInfo): number =>
  Math.max(floor.stream_seq, (config.opt_start_seq ?? 1) - 1)
