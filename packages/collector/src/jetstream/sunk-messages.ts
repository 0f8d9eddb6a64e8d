/**
 * Removes from the stream what the store has, a while after it came: so long a collector finds a session's state there, and
 * can't take one that was removed for one that never came.
 */
import { messageOf } from '@downlink/protocol'
import type { JetStream } from './connect.ts'
import { firstPlaceOf } from './places.ts'
import { streamName, subjectsOf } from './subjects.ts'

export interface SunkMessages {
  start(): void
  /** The store has a partition up to this place. */
  add(partition: string, end: number): void
  /** It is another sink's, which removes the rest. */
  forget(partition: string): void
  stop(): void
}

export interface SunkMessagesOptions {
  readonly jetStream: Pick<JetStream, 'manager'>
  readonly keptMs: number
  readonly onFailure: (reason: string) => void
  /** A monotonic clock, in ms. */
  readonly now: () => number
}

/** How many times in `keptMs` it is looked for what has become old enough. */
const looks = 10

export function createSunkMessages({ jetStream, keptMs, onFailure, now }: SunkMessagesOptions): SunkMessages {
  /** Up to where each partition was sunk at which time, once between two looks. */
  const ends = new Map<string, { readonly atMs: number; readonly end: number }[]>()
  const lookOf = (atMs: number): number => Math.floor(atMs / (keptMs / looks))
  let timer: NodeJS.Timeout | undefined
  return {
    start() {
      timer ??= setInterval(() => void remove(), keptMs / looks).unref()
    },
    add(partition, end) {
      const known = ends.get(partition) ?? []
      const atMs = now()
      if (known.length > 0 && lookOf(known.at(-1)?.atMs ?? 0) === lookOf(atMs)) known.pop()
      known.push({ atMs, end })
      ends.set(partition, known)
    },
    forget: (partition) => void ends.delete(partition),
    stop: () => clearInterval(timer),
  }

  /** Never rejects: what could not be removed is with the next look. */
  async function remove(): Promise<void> {
    const { streams } = jetStream.manager
    try {
      const firstPlace = firstPlaceOf(await streams.info(streamName))
      for (const [partition, known] of ends) {
        const old = known.filter(({ atMs }) => now() - atMs >= keptMs)
        const end = old.at(-1)?.end
        if (end === undefined) continue
        // Of a stream before this one nothing is there.
        if (end > firstPlace) {
          await streams.purge(streamName, { filter: subjectsOf(partition), seq: end - firstPlace + 1 })
        }
        known.splice(0, old.length)
      }
    } catch (error) {
      onFailure(messageOf(error))
    }
  }
}
