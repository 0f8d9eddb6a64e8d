/** Puts the collector of a run together: the real sessions, commit and log, over a disk whose every step takes its time, and may never be. */
import { protocolDefaults } from '@downlink/protocol'
import type { Chance } from '../../packages/cli/src/verify/random.ts'
import { createGroupCommit, type GroupCommit } from '../../packages/collector/src/commit/group-commit.ts'
import type { LogFile, LogFiles } from '../../packages/collector/src/log/log-files.ts'
import type { FaultyDisk } from '../../packages/collector/src/log/test-doubles.ts'
import { type LogWriter, openLogWriter } from '../../packages/collector/src/log/write-log.ts'
import { createEventValidator } from '../../packages/collector/src/session/event-validator.ts'
import { createSessions, type Sessions } from '../../packages/collector/src/session/sessions.ts'
import { type Ablation, logWithout } from './ablation.ts'
import { createHalf, type Half, release, timerOf, waitIn } from './model-half.ts'
import type { StoreHalf } from './store-half.ts'

export interface Collector extends Half {
  readonly writer: LogWriter
  readonly commits: GroupCommit
  readonly sessions: Sessions
}

export interface CollectorHalf {
  /** Undefined until it has opened its log. */
  readonly running: Collector | undefined
  /** The last one that was begun, whether it runs by now or not. */
  readonly begun: Half | undefined
  /** Begins a process, or goes on with one that opens its log. */
  start(): void
  /** The store process ends with it. */
  kill(): void
}

export interface CollectorHalfOptions {
  readonly disk: FaultyDisk
  readonly chance: Chance
  readonly store: StoreHalf
  readonly without: Ablation | undefined
}

const validator = createEventValidator(protocolDefaults, {})

export function createCollectorHalf({ disk, chance, store, without }: CollectorHalfOptions): CollectorHalf {
  let running: Collector | undefined
  let begun: Half | undefined

  return {
    get running() {
      return running
    },
    get begun() {
      return begun
    },

    start() {
      if (begun?.isAlive) {
        release(begun, 1)
        return
      }
      const life = createHalf()
      begun = life
      void open(life).then(
        (opened) => {
          if (life.isAlive) running = opened
        },
        () => {
          // One failure was due; the next try meets none.
          life.isAlive = false
        },
      )
    },

    kill() {
      if (begun) begun.isAlive = false
      running = undefined
      begun = undefined
      store.kill()
    },
  }

  async function open(life: Half): Promise<Collector> {
    const writer = await openLogWriter({
      files: gatedFiles(disk, life, without),
      segmentBytes: 1500,
      maxIndexedSessions: chance(4) === 0 ? 1 : 100,
    })
    const commits = createGroupCommit({
      log: logWithout(without, writer),
      onSynced(end) {
        if (store.running?.of === collector) store.running.sink.follow(end)
      },
      source: {
        get isUp() {
          return store.running?.of === collector
        },
        readSessions: store.ask,
      },
      groupMs: 0,
      groupEvents: 1_000,
      setTimer: (run) => void timerOf(life, life.timers, run),
      setStoreTimer: (run) => timerOf(life, life.patience, run),
    })
    const sessions = createSessions({ log: commits, validator, maxIdle: 2, onOutstanding() {}, onSocket() {} })
    const collector: Collector = Object.assign(life, { writer, commits, sessions })
    return collector
  }
}

/** A disk as one life of a process sees it. */
function gatedFiles(disk: FaultyDisk, life: Half, without: Ablation | undefined): LogFiles {
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
