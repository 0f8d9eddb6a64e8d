/** Models a database: what it holds in memory, in its file, and in a log of its own that may be lost. */
import type { AcceptedEvent } from '../../packages/collector/src/commit/encoded-events.ts'
import type { EarlierLabels } from '../../packages/collector/src/commit/session-batch.ts'
import type { SessionRecord } from '../../packages/collector/src/commit/session-record.ts'
import type { Position } from '../../packages/collector/src/log/read-log.ts'
import type { EventStore } from '../../packages/collector/src/sink/event-store.ts'

/** All that a database holds. */
export interface Content {
  readonly position: Position | undefined
  readonly rows: ReadonlyMap<string, SessionRecord>
  /** In the order in which they were stored. */
  readonly stored: ReadonlyMap<string, readonly AcceptedEvent[]>
  /** Those that a session has no more. */
  readonly labels: ReadonlyMap<string, readonly EarlierLabels[]>
}

export const nothing: Content = { position: undefined, rows: new Map(), stored: new Map(), labels: new Map() }

export interface ModelDatabase {
  readonly store: EventStore
  content(): Content
  /** Moves its place in the log, by itself. */
  move(position: Position): void
  /** Returns how to finish it, which gives the position that the file then holds. */
  beginCheckpoint(): () => Position | undefined
  /** Its own log is damaged: all but a share of the commits since the last checkpoint are gone. */
  loseCommits(share: number): void
  restore(backup: Content): void
}

export interface ModelDatabaseOptions {
  /** Takes the position of a checkpoint when it ends, and not when it begins, which is wrong. */
  readonly readsPositionLate: boolean
}

/** Its file holds what the last checkpoint put there; the commits after it stand in its log. */
export function createModelDatabase({ readsPositionLate }: ModelDatabaseOptions): ModelDatabase {
  let file = nothing
  let commits: Content[] = []
  const content = (): Content => commits.at(-1) ?? file
  const move = (position: Position): void => void commits.push({ ...content(), position })
  const store: EventStore = {
    readPosition: async () => content().position,
    readSessions: async (ids) => new Map([...content().rows].filter(([id]) => ids.includes(id))),
    tryEvent: async () => ({ kind: 'written' }),
    tryOperation: async () => ({ kind: 'written' }),
    async apply({ position }) {
      move(position)
      return { kind: 'written' }
    },
    async write({ events, sessions, earlierLabels, position }) {
      const stored = new Map(content().stored)
      for (const run of events) stored.set(run.sessionId, [...(stored.get(run.sessionId) ?? []), ...run.events])
      const labels = new Map(content().labels)
      for (const one of earlierLabels) labels.set(one.sessionId, [...(labels.get(one.sessionId) ?? []), one])
      const rows = new Map([...content().rows, ...sessions.map((record) => [record.sessionId, record] as const)])
      commits.push({ position, rows, stored, labels })
      return { kind: 'written' }
    },
  }
  return {
    store,
    content,
    move,
    beginCheckpoint() {
      const [begun, count] = [content(), commits.length]
      return (): Position | undefined => {
        file = begun
        commits = commits.slice(count)
        return readsPositionLate ? content().position : file.position
      }
    },
    loseCommits(share: number) {
      commits = commits.slice(0, Math.floor(commits.length * share))
    },
    restore(backup: Content) {
      ;[file, commits] = [backup, []]
    },
  }
}
