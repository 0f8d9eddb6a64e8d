/** Writes one partition of the stream into the store, group by group, for as long as this sink holds it. */
import { messageOf } from '@downlink/protocol'
import type { SetTimer } from '../clock.ts'
import { countEvents } from '../commit/session-write.ts'
import { CollectorError } from '../errors.ts'
import type { EventStore } from '../sink/event-store.ts'
import { createGroupWriter, type LogItem, RefusedWrite } from '../sink/group-writer.ts'
import type { SinkReport } from '../sink/sink-reports.ts'
import { createWaiters } from '../waiters.ts'
import type { PartitionMessage, PartitionReader, StreamGroup } from './partition-reader.ts'
import type { SinkBuckets } from './sink-buckets.ts'
import { decodeMessage } from './stream-log.ts'

export interface PartitionSink {
  readonly figures: PartitionFigures
  /** Resolves once nothing more is written. Idempotent. */
  stop(): Promise<void>
}

export interface PartitionFigures {
  /** Messages that are not in the store. */
  readonly pending: number
  /** When the newest message came that is in it, in ms since 1970; 0 before the first. */
  readonly sunkUpToMs: number
}

export interface PartitionSinkOptions extends Pick<SinkBuckets, 'ends' | 'aside'> {
  readonly partition: string
  readonly reader: PartitionReader
  readonly store: EventStore
  readonly report: (report: PartitionReport) => void
  /** So many events more are in the store, and all messages up to this place. */
  readonly onSunk: (events: number, end: number) => void
  readonly setTimer: SetTimer
}

export type PartitionReport =
  | SinkReport
  /** Is it in the bucket for such? */
  | { readonly code: 'bad_message'; readonly subject: string; readonly seq: number; readonly isKept: boolean }
  /** An entry that the store refuses, though it takes each of its events. Is it in that bucket? */
  | {
      readonly code: 'refused_message'
      readonly subject: string
      readonly seq: number
      readonly isKept: boolean
      readonly reason: string
    }
  /** An entry that a sink of a later version can read: it waits for one, with all of its partition. */
  | { readonly code: 'later_message'; readonly reason: string }
  /** What follows can't be read; it is tried again. */
  | { readonly code: 'log_unavailable'; readonly reason: string }

/** Between two tries, doubling. */
const retry = { firstMs: 100, maxMs: 5000 }
const maxRecords = 10_000
/** So many entries in a row, with no event stored in between, may be at fault: of more it is the store. */
const maxRefused = 3

export function createPartitionSink(options: PartitionSinkOptions): PartitionSink {
  const { partition, reader, store, ends, aside, report, onSunk, setTimer } = options
  const guard = createRefusalGuard(store)
  const writer = createGroupWriter({ store: guard.store, report, maxRecords })
  const figures = { pending: 0, sunkUpToMs: 0 }
  const waiters = createWaiters(setTimer)
  let isStopped = false
  const running = run()
  return {
    figures,
    stop() {
      isStopped = true
      waiters.changed()
      return running
    },
  }

  async function run(): Promise<void> {
    for (let delayMs = retry.firstMs; !isStopped; delayMs = Math.min(retry.maxMs, 2 * delayMs)) {
      try {
        // Before the position: what another sink writes in between is not overwritten.
        const { value: known, revision: firstRevision } = await ends.read(partition)
        let revision = firstRevision
        let after = (await writer.readPosition())?.offset ?? 0
        if (after > 0) onSunk(0, after)
        for await (const group of reader.read(partition, after, known?.after === after ? known.end : 0)) {
          if (isStopped) return
          if (typeof group === 'number') figures.pending = group
          else {
            revision = await ends.write(partition, { after, end: group.end }, revision)
            await sink(group)
            after = group.end
          }
          delayMs = retry.firstMs
        }
      } catch (error) {
        writer.forget()
        if (isStopped) return
        report({ code: codeOf(error), reason: messageOf(error) })
        await waiters.until(() => isStopped, delayMs)
      }
    }
  }

  async function sink({ messages, end, pending, ack }: StreamGroup): Promise<void> {
    figures.pending = messages.length + pending
    const read: ReadMessage[] = []
    for (const message of messages) {
      const item = itemOf(message, partition)
      if (item) read.push({ message, item })
      else report({ code: 'bad_message', ...(await setAside(message)) })
    }
    const written = await writeStorable(read, end)
    ack()
    figures.pending = pending
    figures.sunkUpToMs = messages.at(-1)?.atMs ?? 0
    onSunk(
      written.reduce((sum, { item }) => sum + countEvents(item.write), 0),
      end,
    )
  }

  /** @returns those that the store took: of one that it refuses nothing comes by trying again, and the others don't wait for it */
  async function writeStorable(read: readonly ReadMessage[], end: number): Promise<readonly ReadMessage[]> {
    const items = read.map(({ item }) => item)
    const last = items.pop()
    if (!last) {
      await writeEnd(end)
      return []
    }
    try {
      await writer.write([...items, { ...last, end: { segment: partition, offset: end } }])
      return read
    } catch (error) {
      const refused = error instanceof RefusedWrite && read.find(({ item }) => item.write === error.write)
      if (!refused) throw error
      guard.refused(error.message)
      const found = await setAside(refused.message)
      report({ code: 'refused_message', ...found, reason: error.message })
      // It waits in the stream, with all that follows.
      if (!found.isKept) throw new Error(`There is no room to set aside what the store refuses: ${error.message}`)
      // What stands before it may be written by now.
      writer.forget()
      return writeStorable(
        read.filter((one) => one !== refused),
        end,
      )
    }
  }

  /** Of a group of which nothing is stored: else it would be read, and set aside, once more. */
  async function writeEnd(offset: number): Promise<void> {
    const position = { segment: partition, offset }
    const outcome = await store.write({
      ...{ events: [], rejected: [], earlierLabels: [], sessions: [], position, logBytes: 0 },
    })
    if (outcome.kind !== 'written') throw new Error(outcome.reason)
    writer.moveTo(position)
  }

  async function setAside({ subject, seq, data }: PartitionMessage) {
    return { subject, seq, isKept: await aside.keep(partition, seq, data) }
  }
}

/** Tells an entry that the store refuses from a store that refuses each: a view that somebody attached to a table of it. */
function createRefusalGuard(store: EventStore) {
  let refusals = 0
  const guarded: EventStore = {
    ...store,
    async write(group) {
      const outcome = await store.write(group)
      if (outcome.kind === 'written' && group.events.length > 0) refusals = 0
      return outcome
    },
  }
  return {
    store: guarded,
    /** @throws where it is the store's fault */
    refused(reason: string): void {
      refusals = Math.min(maxRefused, refusals) + 1
      if (refusals > maxRefused) throw new Error(`The store refuses one entry after the other: ${reason}`)
    },
  }
}

interface ReadMessage {
  readonly message: PartitionMessage
  readonly item: LogItem
}

class LaterMessage extends Error {}

/** Undefined for what is no entry of a session. @throws {LaterMessage} */
function itemOf({ subject, seq, place, data }: PartitionMessage, partition: string): LogItem | undefined {
  const write = decodeMessage(data, subject)
  if (write === 'later') throw new LaterMessage(`${subject}, message ${seq}`)
  return write && { write, bytes: data.length, end: { segment: partition, offset: place } }
}

function codeOf(error: unknown): 'later_message' | 'log_unavailable' | 'store_unavailable' {
  if (error instanceof LaterMessage) return 'later_message'
  return error instanceof CollectorError && error.code === 'log_unavailable' ? 'log_unavailable' : 'store_unavailable'
}
