/**
 * Runs collector and store with a hand on everything between and below them: the real sessions, commit, log and sink over a
 * disk and a database that are models, and clients that are models, too. One run is a seed: whatever can happen, happens
 * by chance, each write and sync on its own, so that either half may die between any two of them.
 */
import { protocolDefaults } from '@downlink/protocol'
import { createGroupCommit, type GroupCommit } from '../../packages/collector/src/commit/group-commit.ts'
import { createJournal, type Journal } from '../../packages/collector/src/commit/journal.ts'
import type { RecordSource } from '../../packages/collector/src/commit/record-source.ts'
import type { SessionRecord } from '../../packages/collector/src/commit/session-record.ts'
import type { LogFile, LogFiles } from '../../packages/collector/src/log/log-files.ts'
import { type Position, readLog } from '../../packages/collector/src/log/read-log.ts'
import { listSegments } from '../../packages/collector/src/log/segment.ts'
import { createFaultyDisk } from '../../packages/collector/src/log/test-doubles.ts'
import { type LogWriter, openLogWriter } from '../../packages/collector/src/log/write-log.ts'
import { createEventValidator } from '../../packages/collector/src/session/event-validator.ts'
import { createSessions, type Sessions } from '../../packages/collector/src/session/sessions.ts'
import type { EventStore } from '../../packages/collector/src/sink/event-store.ts'
import { createSink, type Sink } from '../../packages/collector/src/sink/sink.ts'
import { createModelClient } from './model-client.ts'
import { type Content, createModelDatabase, nothing } from './model-database.ts'
import { createHalf, expire, type Half, release, timerOf, waitIn } from './model-half.ts'
import { createChance } from './random.ts'
import { Violation } from './violation.ts'

/** One rule of the log that is taken out, to see that the model needs it. */
export type Ablation =
  /** The sink reads what is written, and not only what is synced. */
  | 'synced-end'
  /** What an earlier process left is read from the page cache, and trusted. */
  | 'rewriting'
  /** Each batch is an entry of its own. */
  | 'one-entry'
  /** A position is compared by the segment's number. */
  | 'segment-ids'
  /** A checkpoint is taken to hold what was committed until it ended. */
  | 'checkpoint-order'
  /** A store that connects is told nothing of the sessions. */
  | 'empty-entries'

export interface RunOptions {
  /** Bytes decay, segments are lost, older copies are put back: what was acknowledged may be missing, but is counted. */
  readonly disasters: boolean
  readonly without?: Ablation
  readonly steps?: number
}

interface Collector extends Half {
  readonly writer: LogWriter
  readonly commits: GroupCommit
  readonly sessions: Sessions
}

interface Store extends Half {
  readonly of: Collector
  readonly sink: Sink
  readonly questions: Set<() => void>
}

const validator = createEventValidator(protocolDefaults, {})
const turn = (): Promise<void> => new Promise(setImmediate)

/** @throws where something acknowledged is lost, doubled, out of order or not accounted for, or where it comes to no end */
export async function playTwoHalves(seed: number, { disasters, without, steps = 300 }: RunOptions): Promise<void> {
  const chance = createChance(seed)
  const disk = createFaultyDisk(() => chance(1_000_000) / 1_000_000)
  const database = createModelDatabase({ readsPositionLate: without === 'checkpoint-order' })
  let collector: Collector | undefined
  let opening: Half | undefined
  let store: Store | undefined
  let endCheckpoint = (): Position | undefined => undefined
  let logCopies: ReadonlyMap<string, Buffer>[] = []
  let backups: Content[] = []
  let isCalm = false
  let isSlow = false
  let nowMs = 0
  let failure: unknown
  const remember = (error: unknown): void => {
    failure ??= error
  }
  const clients = Array.from({ length: 1 + chance(3) }, (_, at) =>
    createModelClient({
      id: `s${at}`,
      chance,
      sessions: () => collector?.sessions,
      nowMs: () => nowMs,
      remember,
    }),
  )

  for (let step = 0; step < steps; step++) {
    await act()
    await turn()
  }
  isCalm = true
  isSlow = false
  await drain()
  if (disasters) {
    // Everybody comes once more, so that what damage took shows in the ledgers.
    for (const client of clients) client.hangUp()
    await drain()
  }
  check()

  async function act(): Promise<void> {
    nowMs++
    if (!collector) return start()
    if (!store && chance(100) < (isSlow ? 2 : 15)) startStore(collector)
    const client = clients[chance(clients.length)]
    const dice = chance(100)
    if (dice < 12) client?.play()
    else if (dice < 40) client?.communicate()
    else if (dice < 65) release(collector, 1 + chance(3))
    else if (dice < 80) release(store, 1 + chance(3))
    else if (dice < 86) expireAll(collector)
    else if (dice < 92) expireAll(store)
    else if (dice < 94) checkpoint()
    else if (dice < 95) read()
    else if (dice < 96 && !disasters) client?.impersonate()
    else await fault()
  }

  function expireAll(half: Half | undefined): void {
    expire(half?.timers, 50, chance)
    expire(half?.patience, 50, chance)
  }

  async function drain(): Promise<void> {
    for (let round = 0; round < 400; round++) {
      if (!collector) start()
      release(opening, 50)
      if (collector && !store) startStore(collector)
      for (const half of [collector, store]) {
        release(half, 50)
        expire(half?.timers, 100, chance)
        expire(half?.patience, 2, chance)
      }
      await turn()
      for (const client of clients) client.communicate()
      if (
        collector &&
        store &&
        clients.every(({ isDone }) => isDone) &&
        collector.waiting.length + store.waiting.length === 0
      ) {
        const caughtUp = await Promise.race([store.sink.caughtUp(Number.POSITIVE_INFINITY), turn().then(() => false)])
        if (caughtUp) return
      }
    }
    throw new Violation(`it comes to no end: ${clients.filter(({ isDone }) => !isDone).map(({ id }) => id)}`)
  }

  // The collector's half

  function start(): void {
    if (opening?.isAlive) {
      release(opening, 1)
      return
    }
    const life = createHalf()
    opening = life
    void open(life).then(
      (opened) => {
        if (life.isAlive) collector = opened
      },
      () => {
        // One failure was due; the next try meets none.
        life.isAlive = false
      },
    )
  }

  async function open(life: Half): Promise<Collector> {
    const writer = await openLogWriter({
      files: gatedFiles(life),
      segmentBytes: 1500,
      maxIndexedSessions: chance(4) === 0 ? 1 : 100,
    })
    const source: RecordSource = {
      get isUp() {
        return store?.of === half
      },
      readSessions: (ids) => ask(ids),
    }
    const commits = createGroupCommit({
      journal: ablated(createJournal({ log: writer, tell: (end) => store?.of === half && store.sink.follow(end) })),
      source,
      groupMs: 0,
      groupEvents: 1_000,
      setTimer: (run) => void timerOf(life, life.timers, run),
      setStoreTimer: (run) => timerOf(life, life.patience, run),
    })
    const sessions = createSessions({ log: commits, validator, maxIdle: 2, onOwed() {}, onSocket() {} })
    const half: Collector = Object.assign(life, { writer, commits, sessions })
    return half
  }

  function ablated(journal: Journal): Journal {
    return {
      ...journal,
      write(writes) {
        if (without === 'empty-entries') {
          return journal.write(
            writes.filter(({ from, record, batches }) => from < record.committedSeq || batches.length > 1),
          )
        }
        if (without !== 'one-entry') return journal.write(writes)
        return journal.write(
          writes.flatMap((write) =>
            write.batches.map((batch, at) => ({
              ...write,
              from: at === 0 ? write.from : (write.batches[at - 1]?.upTo ?? 0),
              batches: [batch],
              record: { ...write.record, committedSeq: batch.upTo },
            })),
          ),
        )
      },
    }
  }

  async function ask(ids: readonly string[]): Promise<ReadonlyMap<string, SessionRecord>> {
    const asked = store
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
  }

  function killCollector(): void {
    if (opening) opening.isAlive = false
    if (collector) collector.isAlive = false
    collector = undefined
    opening = undefined
    for (const client of clients) client.loseLink()
    // Its store process ends with it.
    killStore()
  }

  // The store's half

  function startStore(of: Collector): void {
    const life = createHalf()
    const sink = createSink({
      store: gatedStore(life),
      read: (from, to) => readFor(from, to),
      groupEvents: 4,
      setTimer: (run, delayMs) => (delayMs === Number.POSITIVE_INFINITY ? () => {} : timerOf(life, life.timers, run)),
      report({ code }) {
        if (life.isAlive && (code === 'damaged_log' || code === 'missing_segment')) of.commits.onStoreUp()
      },
    })
    sink.follow(of.writer.end)
    store = Object.assign(life, { of, sink, questions: new Set<() => void>() })
    of.commits.onStoreUp()
  }

  function killStore(): void {
    if (!store) return
    store.isAlive = false
    const { questions } = store
    store = undefined
    endCheckpoint = () => undefined
    for (const reject of questions) reject()
  }

  async function* readFor(from: Position | undefined, to: Position) {
    if (without === 'segment-ids' && from) {
      const number = Number(from.segment.slice(0, 10))
      const place = (await listSegments(disk)).findLast((segment) => segment.number <= number)
      const offset = place?.number === number ? from.offset : Number.MAX_SAFE_INTEGER
      yield* readLog(disk, place && { segment: place.key, offset }, to)
    } else if (without === 'synced-end') {
      const last = (await listSegments(disk)).at(-1)
      yield* readLog(disk, from, last ? { segment: last.key, offset: last.bytes } : to)
    } else yield* readLog(disk, from, to)
  }

  function checkpoint(): void {
    if (!store || !collector) return
    const position = endCheckpoint()
    endCheckpoint = position ? () => undefined : database.beginCheckpoint()
    if (position) void collector.writer.removeBefore(position).catch(() => {})
  }

  // What both do takes its time, and may never be.

  function gatedFiles(life: Half): LogFiles {
    const gate =
      <Args extends readonly unknown[], Result>(call: (...args: Args) => Promise<Result>) =>
      async (...args: Args): Promise<Result> => {
        await waitIn(life)
        return call(...args)
      }
    const gateFile = (file: LogFile, isOld: boolean): LogFile => ({
      ...file,
      write: gate(isOld && without === 'rewriting' ? async () => {} : file.write),
      sync: gate(isOld && without === 'rewriting' ? async () => {} : file.sync),
    })
    return {
      ...disk,
      create: gate(async (name) => gateFile(await disk.create(name), false)),
      open: async (name) => gateFile(await disk.open(name), true),
      remove: gate(disk.remove),
      readText: gate(disk.readText),
      replaceText: gate(disk.replaceText),
      sync: gate(disk.sync),
      // The properties of a disk that it counts itself.
      space: disk.space,
    }
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
        if (!isCalm && chance(100) < 3) return { kind: 'unavailable', reason: 'by chance' }
        const outcome = await inner.write(group)
        // Its answer may come too late for whoever asked.
        await waitIn(life)
        return !isCalm && chance(100) < 3 ? { kind: 'unavailable', reason: 'the answer was lost' } : outcome
      },
    }
  }

  async function fault(): Promise<void> {
    const dice = chance(100)
    if (dice < 15) killCollector()
    else if (dice < 30) killStore()
    else if (dice < 42) {
      killCollector()
      disk.cutPower()
    } else if (dice < 50) disk.fail('sync')
    else if (dice < 56) disk.fail('write')
    else if (dice < 59) disk.fail('create')
    else if (dice < 66) {
      killStore()
      database.loseCommits(chance(101) / 100)
    } else if (dice < 72) {
      isSlow = !isSlow
      if (isSlow) killStore()
    } else if (dice < 80) logCopies = [...logCopies, disk.copy()].slice(-3)
    else if (dice < 84) backups = [...backups, database.content()].slice(-3)
    else if (disasters) await disaster()
  }

  async function disaster(): Promise<void> {
    for (const client of clients) client.endanger()
    const dice = chance(100)
    const segments = await listSegments(disk).catch(() => [])
    const older = segments.slice(0, -1)
    if (dice < 40) {
      const names = await disk.list()
      const name = names[chance(names.length)]
      if (name !== undefined && name !== 'owner') disk.flip(name, chance(disk.contentOf(name).length + 1))
    } else if (dice < 60 && older.length > 0) disk.lose(`${older[chance(older.length)]?.key}.log`)
    else if (dice < 80) {
      killStore()
      database.restore(backups[chance(backups.length)] ?? nothing)
    } else {
      killCollector()
      disk.putBack(dice < 90 ? new Map() : (logCopies[chance(logCopies.length)] ?? new Map()))
    }
  }

  /** A question sees every ack that came before it. */
  function read(): void {
    if (disasters || !store) return
    const acked = clients.map((client) => client.acked)
    void store.sink.caughtUp(Number.POSITIVE_INFINITY).then(() => {
      const committedSeqs = clients.map(({ id }) => database.content().rows.get(id)?.committedSeq ?? 0)
      if (acked.some((seq, at) => seq > (committedSeqs[at] ?? 0))) {
        remember(new Violation(`${acked} were acknowledged, ${committedSeqs} read`))
      }
    })
  }

  function check(): void {
    if (failure) throw failure
    const { rows, stored, isForged } = database.content()
    if (isForged) throw new Violation('an event is stored that came with another proof')
    for (const client of clients) client.check(rows.get(client.id), stored.get(client.id) ?? [])
  }
}
