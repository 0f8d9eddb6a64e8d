/** A store in memory that collectors and sinks of one test share: it can be away, and counts what is written to it twice. */

import { CollectorError } from '@downlink/collector'
import type { ClusterStore } from '../../packages/collector/src/cluster-store.ts'
import type { AcceptedEvent } from '../../packages/collector/src/commit/encoded-events.ts'
import type { SessionRecord } from '../../packages/collector/src/commit/session-record.ts'
import type { DataSource } from '../../packages/collector/src/data-source.ts'
import type { Position } from '../../packages/collector/src/log/read-log.ts'
import type { EventStore, StoreGroup, WriteOutcome } from '../../packages/collector/src/sink/event-store.ts'

export interface MemoryStore {
  isUp: boolean
  /** Takes the next group, and says that it did not. */
  forgetsToSay: boolean
  readonly rows: ReadonlyMap<string, SessionRecord>
  /** Of a session, in order. */
  eventsOf(sessionId: string): readonly AcceptedEvent[]
  /** Ranges of each partition as they were written, with those that were written again. */
  readonly ranges: readonly { readonly partition: string; readonly from: number; readonly to: number }[]
  /** As one process sees it. */
  open(): Promise<ClusterStore>
}

const away: WriteOutcome = { kind: 'unavailable', reason: 'The store is away' }
const written: WriteOutcome = { kind: 'written' }

const absent = async (): Promise<never> => {
  throw new CollectorError('not_on_cluster', 'The store of this test is not read')
}

const noReads: DataSource = {
  search: { find: absent },
  labels: { read: absent },
  ledgers: { get: absent },
  pages: { stored: absent, rejected: absent },
  timelines: { read: absent },
  sandbox: { answer: absent, validate: absent },
  dumps: { write: absent, writeAnswer: absent },
}

export function createMemoryStore(): MemoryStore {
  const rows = new Map<string, SessionRecord>()
  const events = new Map<string, AcceptedEvent>()
  const positions = new Map<string, Position>()
  const ranges: { partition: string; from: number; to: number }[] = []
  const store = {
    isUp: true,
    forgetsToSay: false,
    rows,
    ranges,
    eventsOf: (sessionId: string) =>
      [...events]
        .filter(([key]) => key.startsWith(`${sessionId}:`))
        .map(([, event]) => event)
        .sort((one, other) => one.seq - other.seq),
    open: async (): Promise<ClusterStore> => ({
      records: {
        get isUp() {
          return store.isUp
        },
        readSessions,
        onUp: () => () => {},
      },
      partition,
      async readPlaces() {
        if (!store.isUp) throw new Error(away.kind)
        return new Map([...positions].map(([name, { offset }]) => [name, offset]))
      },
      async defineEvents() {},
      readTimes: async () => ({ nowsMs: [], newestMs: undefined }),
      readFigures: async () => ({ version: 'of this test', bytes: undefined, freeBytes: undefined }),
      planExpiry: async () => [],
      expire: absent,
      matchingSessions: absent,
      erase: async () => ({ events: 0, rejected: 0 }),
      source: () => noReads,
      async close() {},
    }),
  }
  return store

  async function readSessions(ids: readonly string[]): Promise<ReadonlyMap<string, SessionRecord>> {
    if (!store.isUp) throw new Error(away.kind)
    return new Map([...rows].filter(([id]) => ids.includes(id)))
  }

  function partition(name: string): EventStore {
    return {
      async readPosition() {
        if (!store.isUp) throw new Error(away.kind)
        return positions.get(name)
      },
      readSessions,
      write: async (group) => (store.isUp ? write(name, group) : away),
      apply: async () => away,
      tryEvent: async () => written,
      tryOperation: async () => written,
    }
  }

  function write(name: string, { events: runs, sessions, position }: StoreGroup): WriteOutcome {
    ranges.push({ partition: name, from: positions.get(name)?.offset ?? 0, to: position.offset })
    // Events come first, as in a database without transactions.
    for (const { sessionId, events: own } of runs)
      for (const event of own) events.set(`${sessionId}:${event.seq}`, event)
    if (store.forgetsToSay) {
      store.forgetsToSay = false
      return away
    }
    for (const record of sessions) {
      if (record.committedSeq >= (rows.get(record.sessionId)?.committedSeq ?? 0)) rows.set(record.sessionId, record)
    }
    if (position.offset > (positions.get(name)?.offset ?? 0)) positions.set(name, position)
    return written
  }
}
