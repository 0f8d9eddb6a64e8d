/** Puts the store process of a run together: the real sink, over a database that is a model, whose every answer takes its time and may never come. */

import type { Chance } from '../../packages/cli/src/verify/random.ts'
import type { GroupCommit } from '../../packages/collector/src/commit/group-commit.ts'
import type { RecordSource } from '../../packages/collector/src/commit/record-source.ts'
import type { Position } from '../../packages/collector/src/log/read-log.ts'
import type { FaultyDisk } from '../../packages/collector/src/log/test-doubles.ts'
import type { LogWriter } from '../../packages/collector/src/log/write-log.ts'
import type { EventStore } from '../../packages/collector/src/sink/event-store.ts'
import { createSink, type Sink } from '../../packages/collector/src/sink/sink.ts'
import { type Ablation, readWithout } from './ablation.ts'
import type { ModelDatabase } from './model-database.ts'
import { createHalf, type Half, timerOf, waitIn } from './model-half.ts'

/** The collector that a store process belongs to. */
interface Parent {
  readonly writer: Pick<LogWriter, 'end' | 'removeBefore'>
  readonly commits: Pick<GroupCommit, 'onStoreUp'>
}

export interface Store extends Half {
  readonly of: Parent
  readonly sink: Sink
  /** Rejects those that wait for an answer. */
  readonly questions: Set<() => void>
}

export interface StoreHalf {
  readonly running: Store | undefined
  start(of: Parent): void
  kill(): void
  ask: RecordSource['readSessions']
  /** Begins a checkpoint, or ends the one that was begun. */
  checkpoint(): void
}

export interface StoreHalfOptions {
  readonly disk: FaultyDisk
  readonly database: ModelDatabase
  readonly chance: Chance
  /** Nothing fails any more. */
  readonly isCalm: () => boolean
  readonly without: Ablation | undefined
}

export function createStoreHalf({ disk, database, chance, isCalm, without }: StoreHalfOptions): StoreHalf {
  let running: Store | undefined
  let endCheckpoint = (): Position | undefined => undefined

  return {
    get running() {
      return running
    },

    start(of) {
      const life = createHalf()
      const sink = createSink({
        store: gatedStore(life),
        read: (from, to) => readWithout(without, disk, from, to),
        groupEvents: 4,
        setTimer: (run, delayMs) => (delayMs === Number.POSITIVE_INFINITY ? () => {} : timerOf(life, life.timers, run)),
        report({ code }) {
          if (life.isAlive && (code === 'damaged_log' || code === 'missing_segment')) of.commits.onStoreUp()
        },
      })
      sink.follow(of.writer.end)
      running = Object.assign(life, { of, sink, questions: new Set<() => void>() })
      of.commits.onStoreUp()
    },

    kill() {
      if (!running) return
      running.isAlive = false
      const { questions } = running
      running = undefined
      endCheckpoint = () => undefined
      for (const reject of questions) reject()
    },

    async ask(ids) {
      const asked = running
      if (!asked) throw new Error('away')
      return new Promise((resolve, reject) => {
        asked.questions.add(reject)
        void asked.sink
          .caughtUp(Number.POSITIVE_INFINITY)
          .then(() => waitIn(asked))
          .then(() => {
            asked.questions.delete(reject)
            resolve(new Map([...database.content().rows].filter(([id]) => ids.includes(id))))
          })
      })
    },

    checkpoint() {
      if (!running) return
      const position = endCheckpoint()
      endCheckpoint = position ? () => undefined : database.beginCheckpoint()
      if (position) void running.of.writer.removeBefore(position).catch(() => {})
    },
  }

  function gatedStore(life: Half): EventStore {
    const { store: inner } = database
    return {
      ...inner,
      async readPosition() {
        await waitIn(life)
        return inner.readPosition()
      },
      async write(group) {
        await waitIn(life)
        if (without === 'one-transaction') {
          database.move(group.position)
          await waitIn(life)
        }
        if (!isCalm() && chance(100) < 3) return { kind: 'unavailable', reason: 'by chance' }
        const outcome = await inner.write(group)
        // Its answer may come too late for whoever asked.
        await waitIn(life)
        return !isCalm() && chance(100) < 3 ? { kind: 'unavailable', reason: 'the answer was lost' } : outcome
      },
    }
  }
}
