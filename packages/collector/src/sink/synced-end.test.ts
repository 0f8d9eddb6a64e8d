/** The synced end: what the power may still take is in no store, however soon and however late that reads the log. */
import { expect, it, vi } from 'vitest'
import { createGroupCommit } from '../commit/group-commit.ts'
import type { LogFiles } from '../log/log-files.ts'
import { readLog } from '../log/read-log.ts'
import { createFaultyDisk } from '../log/test-doubles.ts'
import { openLogWriter } from '../log/write-log.ts'
import { aBatch, createFakeStore, type FakeStore } from '../test-doubles.ts'
import { createSink, type Sink } from './sink.ts'

/** A disk whose syncs can be held: what is written meanwhile is read by everybody, and gone with the power. */
function aDiskThatHoldsSyncs() {
  const disk = createFaultyDisk(alternating())
  let held: Promise<void> | undefined
  let waiting = 0
  const files: LogFiles = {
    ...disk,
    async create(name) {
      const file = await disk.create(name)
      const sync = async (): Promise<void> => {
        waiting++
        await held
        await file.sync()
      }
      return { ...file, sync }
    },
  }
  const hold = (): void => {
    held = new Promise(() => {})
    waiting = 0
  }
  return { disk, files, hold, isWaiting: () => waiting > 0 }
}

/** With it nothing survives that was not synced. */
function alternating(): () => number {
  let calls = 0
  return () => (calls++ % 2 === 0 ? 0.9 : 0.1)
}

const storedSeqs = (store: FakeStore): readonly number[] =>
  store.written.flatMap(({ events }) => events.flatMap((run) => run.events.map(({ seq }) => seq)))

it('stores what is synced and nothing more, though more is written, and so has no more than the log after a power cut', async () => {
  const { disk, files, hold, isWaiting } = aDiskThatHoldsSyncs()
  const log = await openLogWriter({ files })
  const sinkInto = (store: FakeStore): Sink =>
    createSink({ store, read: (from, to) => readLog(disk, from, to), setTimer: () => () => {}, report() {} })
  const store = createFakeStore()
  const sink = sinkInto(store)
  const source = { isUp: true, readSessions: async () => new Map() }
  const commits = createGroupCommit({ log, source, onSynced: (end) => sink.follow(end), groupMs: 0, groupEvents: 100 })
  commits.begin('s')
  expect(await commits.append('s', 0, aBatch(1, 3))).toMatchObject({ kind: 'committed' })
  // The sink has been told, and waits for more to come.
  hold()
  let isAcked = false
  void commits.append('s', 3, aBatch(4, 2)).then(() => {
    isAcked = true
  })
  await vi.waitFor(() => expect(isWaiting()).toBe(true))
  const fresh = createFakeStore()
  const begun = sinkInto(fresh)
  begun.follow(log.end)
  for (const one of [sink, begun]) expect(await one.caughtUp(9999)).toBe(true)
  expect([storedSeqs(store), storedSeqs(fresh)]).toEqual([
    [1, 2, 3],
    [1, 2, 3],
  ])

  disk.cutPower()
  const reopened = await openLogWriter({ files: disk })
  const rebuilt = createFakeStore()
  const rereading = sinkInto(rebuilt)
  rereading.follow(reopened.end)
  expect(await rereading.caughtUp(9999)).toBe(true)
  expect([storedSeqs(rebuilt), isAcked]).toEqual([[1, 2, 3], false])
})
