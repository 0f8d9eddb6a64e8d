/** The store process as its collector sees it: kept running, told how far the log is synced, and asked for session records. */
import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from '../clock.ts'
import type { RecordSource } from '../commit/record-source.ts'
import { CollectorError } from '../errors.ts'
import type { Position } from '../log/read-log.ts'
import type { ViewDefinition } from '../query/event-views.ts'
import type { SinkReport } from '../sink/sink.ts'
import { createSinkSuspects } from '../sink/sink-suspects.ts'
import type { FromStore, SessionsAnswer, StoredCounts, StoreSettings } from './messages.ts'
import { createSinkProgress } from './sink-progress.ts'
import { type SpawnStore, type StoreChild, type StoreExit, spawnStore } from './spawn-store.ts'
import { createSupervisor, type Ended } from './supervisor.ts'
import { createWatchdog, type EndReason } from './watchdog.ts'

export interface StoreProcess extends RecordSource {
  /** By how far the store is behind the log. */
  readonly lag: { readonly bytes: number; readonly events: number; readonly ms: number }
  /** What its sink has found, by code. */
  readonly reports: ReadonlyMap<SinkReport['code'], number>
  /** How often it was started again, by why it had ended. */
  readonly restarts: ReadonlyMap<EndReason, number>
  readonly readsRunning: number
  /** Reads that ended with it, being to blame. */
  readonly readsKilled: number
  /**
   * Resolves once it serves reads and what it holds is counted; or after so long, and then it goes on by itself.
   *
   * @throws {CollectorError} `data_in_use`, `data_unusable`: it is not started again then
   */
  start(end: Position, timeoutMs: number): Promise<void>
  /** Resolves to true once it serves reads, to false where that takes longer. */
  whenUp(timeoutMs: number): Promise<boolean>
  /** The log is synced up to here, by so many events more. */
  tell(end: Position, events: number): void
  /** A session's socket is up, or gone. */
  tellSocket(sessionId: string, isOpen: boolean): void
  /** Sends what it was not told yet; the count of the last update, which an answer then has to have seen. */
  flush(): number
  /** A request got no answer: did its own query end the process? Resolves once that is known. */
  wasKilled(request: string): Promise<boolean>
  /** Ends it in order, or after a while by force. Idempotent. */
  close(): Promise<void>
}

export interface StoreProcessOptions {
  readonly settings: Pick<StoreSettings, 'dataFolder' | 'socketPath' | 'query' | 'maxLogBytes'>
  readonly log: FastifyBaseLogger
  readonly clock: Clock
  readonly describeViews: () => Promise<readonly ViewDefinition[]>
  /** Sessions that have a socket. */
  readonly openSessions: () => readonly string[]
  /** Of the log, from a position on. */
  readonly bytesAfter: (position: Position | undefined) => number
  /** The database's file holds everything before this position. */
  readonly onCheckpoint: (position: Position) => void
  /** What the database held where the log stood at the start. Once. */
  readonly onCounts: (counts: StoredCounts) => void
  /** The sink has found something that somebody should hear of. */
  readonly onReport: (report: SinkReport) => void
  /** It serves reads, for the first time or again. */
  readonly onUp: () => void
  readonly spawn?: SpawnStore
}

/** Whoever reads has the store told at once; all else may wait for its like. */
const updateIntervalMs = 50
const watchIntervalMs = 250
/** A session that nobody remembers waits so long for the store to be there. */
const sessionWaitMs = 5000
/** One that was killed holds the database for some milliseconds; whoever else does at the start, holds it for good. */
const lockTimeoutMs = { first: 1000, later: 600_000 }
/** From a broken connection to the news of the process's end. */
const exitNewsMs = 1000

export function createStoreProcess(options: StoreProcessOptions): StoreProcess {
  const { log, clock, spawn = spawnStore } = options
  const progress = createSinkProgress(clock)
  const watchdog = createWatchdog(clock.monotonicMs)
  const suspects = createSinkSuspects()
  const reports = new Map<SinkReport['code'], number>()
  const questions = createQuestions()
  const supervisor = createSupervisor({ spawn, now: clock.monotonicMs, onStarted, onMessage, onExit })
  const isUp = (): boolean => supervisor.lifecycle.status === 'up'
  let views: Promise<readonly ViewDefinition[]> | undefined
  let isCounted = false
  let updateTimer: NodeJS.Timeout | undefined
  let closing: Promise<void> | undefined
  const watch = setInterval(killStuck, watchIntervalMs).unref()

  return {
    get isUp() {
      return isUp()
    },
    get lag() {
      const { position, ...lag } = progress.lag()
      return { ...lag, bytes: options.bytesAfter(position) }
    },
    restarts: watchdog.endings,
    reports,
    get readsRunning() {
      return watchdog.readsRunning
    },
    get readsKilled() {
      return watchdog.readsKilled
    },

    async start(end, timeoutMs) {
      progress.tell(end, 0)
      supervisor.start()
      await supervisor.until(() => isUp() && isCounted, timeoutMs)
      if (supervisor.lifecycle.status === 'closed' && supervisor.lifecycle.reason) throw supervisor.lifecycle.reason
    },

    whenUp: (timeoutMs) => supervisor.until(isUp, timeoutMs),

    tell(end, events) {
      progress.tell(end, events)
      scheduleUpdate()
    },

    tellSocket(sessionId, isOpen) {
      progress.tellSocket(sessionId, isOpen)
      scheduleUpdate()
    },

    flush,

    async readSessions(ids) {
      await supervisor.until(isUp, sessionWaitMs)
      const { child } = supervisor
      if (!child || !isUp()) throw unavailable('The store is starting')
      const update = flush()
      const answer = await questions.ask((request) => child.send({ kind: 'read-sessions', request, ids, update }))
      if (answer.kind === 'unavailable') throw unavailable(answer.message)
      return answer.records
    },

    async wasKilled(request) {
      if (isUp()) await supervisor.until(() => !isUp(), exitNewsMs)
      return watchdog.wasKilled(request)
    },

    close() {
      clearInterval(watch)
      flush()
      closing ??= supervisor.close()
      return closing
    },
  }

  function onStarted(child: StoreChild, isFirst: boolean): void {
    const settings = {
      ...options.settings,
      lockTimeoutMs: isFirst ? lockTimeoutMs.first : lockTimeoutMs.later,
      wantsCounts: !isCounted,
      orders: suspects.orders,
      bannedQueries: watchdog.bannedQueries(),
    }
    child.send({ kind: 'start', settings, update: progress.firstUpdate(options.openSessions()) })
  }

  function onMessage(message: FromStore): void {
    watchdog.heard()
    switch (message.kind) {
      case 'ready':
        if (message.position) options.onCheckpoint(message.position)
        supervisor.ready()
        options.onUp()
        break
      case 'failed':
        supervisor.failed(new CollectorError(message.code, message.message))
        break
      case 'counts':
        if (!isCounted) options.onCounts(message.counts)
        isCounted = true
        supervisor.notify()
        break
      case 'sunk':
        progress.sunk(message.update)
        break
      case 'sinking':
        suspects.working(message.work)
        break
      case 'report':
        reports.set(message.report.code, (reports.get(message.report.code) ?? 0) + 1)
        log.error(message.report, sentences[message.report.code])
        options.onReport(message.report)
        break
      case 'checkpoint':
        options.onCheckpoint(message.position)
        break
      case 'sessions':
        questions.answer(message.request, message.answer)
        break
      case 'views-wanted':
        views ??= options.describeViews()
        void views.then((described) => supervisor.child?.send({ kind: 'views', views: described }))
        break
      case 'read-began':
        watchdog.readBegan(message.read)
        break
      case 'read-ended':
        watchdog.readEnded(message.id)
        break
      case 'alive':
        break
      case 'log':
        logLine(log, message.line)
    }
  }

  /** What can't be interrupted is ended with its process: the next one begins where this one stood. */
  function killStuck(): void {
    if (isUp() && watchdog.isStuck()) supervisor.child?.kill()
  }

  function onExit(exit: StoreExit, { error, isStartedAgain }: Ended): void {
    questions.giveUp('The store process has ended')
    progress.forgetChild()
    if (!isStartedAgain) return
    const reason = watchdog.ended(exit, error === undefined)
    if (reason === 'query_time') suspects.endedOtherwise()
    else suspects.died()
    log.error({ reason, exit, error: error?.message }, 'The store process has ENDED, and is started again')
  }

  function scheduleUpdate(): void {
    updateTimer ??= setTimeout(flush, updateIntervalMs)
  }

  function flush(): number {
    clearTimeout(updateTimer)
    updateTimer = undefined
    const { child } = supervisor
    const update = child && progress.nextUpdate()
    if (child && update) child.send({ kind: 'update', update })
    return progress.count
  }
}

/** Questions that wait for their answer. */
function createQuestions() {
  const asked = new Map<number, (answer: SessionsAnswer) => void>()
  let count = 0
  return {
    ask: (send: (request: number) => void): Promise<SessionsAnswer> =>
      new Promise((resolve) => {
        asked.set(++count, resolve)
        send(count)
      }),
    answer(request: number, answer: SessionsAnswer): void {
      asked.get(request)?.(answer)
      asked.delete(request)
    },
    giveUp(message: string): void {
      for (const finish of asked.values()) finish({ kind: 'unavailable', message })
      asked.clear()
    },
  }
}

const unavailable = (message: string): CollectorError => new CollectorError('store_unavailable', message)

function logLine(log: FastifyBaseLogger, line: string): void {
  const { level, msg, ...details } = JSON.parse(line)
  if (level === 'error' || level === 'fatal') log.error(details, msg)
  else log.warn(details, msg)
}

const sentences: { readonly [Code in SinkReport['code']]: string } = {
  damaged_log: 'A part of the log is DAMAGED: it is stepped over, and what it held counts as missing',
  missing_segment: 'A segment of the log is MISSING: what it held counts as missing',
  lost_events: 'Events are LOST, which no entry of the log holds: they count as missing',
  foreign_events:
    'Events came while the store was away, with ANOTHER PROOF than the session has: none of them is stored',
  unstorable_event: 'The database refuses an event: it stands in rejected_events as unstorable',
  store_unavailable: 'The store can take nothing now: the log keeps what comes, and it is tried again',
}
