/** Writes one partition of the stream into the store, group by group, for as long as this sink holds it. */
import { messageOf } from '@downlink/protocol'
import { decodeWrite } from '../commit/session-write.ts'
import { isSessionEntry } from '../log/entry.ts'
import type { EventStore } from '../sink/event-store.ts'
import { createGroupWriter, type LogItem } from '../sink/group-writer.ts'
import type { SinkReport } from '../sink/sink-reports.ts'
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
  /** So many events more are in the store, and all messages up to this sequence. */
  readonly onSunk: (events: number, end: number) => void
  readonly pause: (ms: number) => Promise<void>
}

export type PartitionReport =
  | SinkReport
  | { readonly code: 'bad_message'; readonly subject: string; readonly seq: number }

/** Between two tries, doubling. */
const retry = { firstMs: 100, maxMs: 5000 }
const maxRecords = 10_000

export function createPartitionSink(options: PartitionSinkOptions): PartitionSink {
  const { partition, reader, store, ends, aside, report, onSunk, pause } = options
  const writer = createGroupWriter({ store, report, maxRecords })
  const figures = { pending: 0, sunkUpToMs: 0 }
  let isStopped = false
  const running = run()
  return {
    figures,
    stop() {
      isStopped = true
      return running
    },
  }

  async function run(): Promise<void> {
    for (let delayMs = retry.firstMs; !isStopped; delayMs = Math.min(retry.maxMs, 2 * delayMs)) {
      try {
        const position = await writer.readPosition()
        for await (const group of reader.read(partition, position?.offset ?? 0, await ends.read(partition))) {
          if (isStopped) return
          if (group) await sink(group)
          else figures.pending = 0
          delayMs = retry.firstMs
        }
      } catch (error) {
        writer.forget()
        if (isStopped) return
        report({ code: 'store_unavailable', reason: messageOf(error) })
        await pause(delayMs)
      }
    }
  }

  async function sink({ messages, end, pending, ack }: StreamGroup): Promise<void> {
    figures.pending = messages.length + pending
    await ends.write(partition, end)
    const position = { segment: partition, offset: end }
    const items: LogItem[] = []
    for (const message of messages) {
      const item = itemOf(message, partition)
      if (item) items.push(item)
      else await setAside(message)
    }
    const last = items.pop()
    if (last) await writer.write([...items, { ...last, end: position }])
    ack()
    figures.pending = pending
    figures.sunkUpToMs = messages.at(-1)?.atMs ?? 0
    onSunk(
      [...items, ...(last ? [last] : [])].reduce((sum, { write }) => sum + eventsOf(write), 0),
      end,
    )
  }

  async function setAside({ subject, seq, data }: PartitionMessage): Promise<void> {
    await aside.keep(partition, seq, data)
    report({ code: 'bad_message', subject, seq })
  }
}

/** Undefined for what is no entry of a session. */
function itemOf({ subject, seq, data }: PartitionMessage, partition: string): LogItem | undefined {
  const entry = decodeMessage(data, subject)
  if (!entry || !isSessionEntry(entry)) return undefined
  return { write: decodeWrite(entry), bytes: data.length, end: { segment: partition, offset: seq } }
}

const eventsOf = ({ batches }: LogItem['write']): number => batches.reduce((sum, { events }) => sum + events.length, 0)
