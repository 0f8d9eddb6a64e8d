/**
 * Tells how far sinks are behind the stream, by what the store says that it has, and the leader of the log what comes next.
 * Their consumers would tell it, too, but for those whose server is away, or that were made anew.
 */
import type { SetTimer } from '../clock.ts'
import type { JetStream } from './connect.ts'
import { nextMessage } from './next-message.ts'
import { firstPlaceOf } from './places.ts'
import { partitionNames, streamName, subjectsOf } from './subjects.ts'

export interface SinkLag {
  /** Sequence of the stream's last message. Rejects where the stream does not answer. */
  lastSeq(): Promise<number>
  /** The partitions that are behind now. Rejects where stream or store do not answer. */
  read(): Promise<readonly PartitionLag[]>
  /**
   * Waits until the store has all messages up to a sequence, or so long.
   *
   * @param upTo what the stream has now, where it is left out
   * @returns undefined where it has; else when the oldest came of those that it has not, in ms since 1970. Rejects as `read`
   */
  behindSince(waitMs: number, upTo?: number): Promise<number | undefined>
}

/** What the store does not have of a partition. */
export interface PartitionLag {
  readonly partition: string
  /** Sequence of the first message of it. */
  readonly seq: number
  /** When that came, in ms since 1970. */
  readonly atMs: number
}

export interface SinkLagOptions {
  readonly jetStream: Pick<JetStream, 'manager'>
  /** Where the store stands, by partition. Rejects where it does not answer. */
  readonly readPlaces: () => Promise<ReadonlyMap<string, number>>
  readonly setTimer: SetTimer
  /** A monotonic clock, in ms. */
  readonly now: () => number
}

interface Look {
  /** Sequence of the stream's last message, when it began. */
  readonly lastSeq: number
  readonly behind: readonly PartitionLag[]
}

/** From one look to the next. */
const lookMs = 200

export function createSinkLag({ jetStream: { manager }, readPlaces, setTimer, now }: SinkLagOptions): SinkLag {
  // A look asks for each partition, however many ask.
  const look = oneAtATime(lookOnce)
  return {
    lastSeq: async () => (await manager.streams.info(streamName)).state.last_seq,
    read: async () => (await look()).behind,
    async behindSince(waitMs, upTo) {
      const untilMs = now() + waitMs
      let seq = upTo
      for (;;) {
        const { lastSeq, behind } = await look()
        seq ??= lastSeq
        const times = behind.flatMap((lag) => (lag.seq <= (seq ?? 0) ? [lag.atMs] : []))
        if (times.length === 0) return undefined
        if (now() + lookMs > untilMs) return Math.min(...times)
        await new Promise<void>((resolve) => setTimer(resolve, lookMs))
      }
    },
  }

  async function lookOnce(): Promise<Look> {
    const [info, places] = await Promise.all([manager.streams.info(streamName), readPlaces()])
    const firstPlace = firstPlaceOf(info)
    const { last_seq: lastSeq } = info.state
    const behind = await Promise.all(
      partitionNames.map(async (partition) => {
        // Of a stream before this one the store has nothing that this one has.
        const sunkSeq = Math.max(0, (places.get(partition) ?? 0) - firstPlace)
        if (sunkSeq >= lastSeq) return []
        const next = await nextMessage(manager, subjectsOf(partition), sunkSeq + 1)
        return next && next.seq <= lastSeq ? [{ partition, seq: next.seq, atMs: next.time.getTime() }] : []
      }),
    )
    return { lastSeq, behind: behind.flat() }
  }
}

/** Whoever asks while one is under way gets the next: what it answers is of no earlier than the question. */
function oneAtATime<Value>(ask: () => Promise<Value>): () => Promise<Value> {
  let running: Promise<Value> | undefined
  let next: Promise<Value> | undefined
  return () => {
    if (!running) return begin()
    next ??= running.then(beginNext, beginNext)
    return next
  }

  function beginNext(): Promise<Value> {
    next = undefined
    return begin()
  }

  function begin(): Promise<Value> {
    const begun = ask().finally(() => {
      if (running === begun) running = undefined
    })
    running = begun
    return begun
  }
}
