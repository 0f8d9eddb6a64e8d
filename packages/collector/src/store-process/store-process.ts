/** Handles the store process as its collector sees it: kept running, told how far the log is synced, and asked for session records. */
import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from '../clock.ts'
import type { RecordSource } from '../commit/record-source.ts'
import { CollectorError } from '../errors.ts'
import type { Position } from '../log/read-log.ts'
import type { StoreFigures } from '../metrics/metrics.ts'
import type { ViewDefinition } from '../query/event-views.ts'
import { createSinkReports, type SinkReport } from '../sink/sink-reports.ts'
import { createLogUpdates, type LogUpdates } from './log-updates.ts'
import type { FromStore, StoreAnswer, StoreAnswers, StoredCounts, StoreQuestion, StoreSettings } from './messages.ts'
import { type SpawnStore, type StoreChild, spawnStore } from './spawn-store.ts'
import { createStoreFigures } from './store-figures.ts'
import { createSupervisedStore, type SupervisedStore } from './supervised-store.ts'

export interface StoreProcess extends RecordSource {
  readonly figures: StoreFigures
  /**
   * Resolves once it serves reads and what it holds is counted; or after so long, and then it goes on by itself.
   *
   * @throws {CollectorError} `data_in_use`, `data_unusable`: it is not started again then
   */
  start(end: Position, timeoutMs: number): Promise<void>
  /** Resolves to true once it serves reads, to false where that takes longer. */
  whenUp(timeoutMs: number): Promise<boolean>
  /** The log is synced up to here, by so many events more. */
  synced(end: Position, events: number): void
  /** A session's socket is up, or gone. */
  socketChanged(sessionId: string, isOpen: boolean): void
  /**
   * Asks it, for an answer that has seen all that was synced before.
   *
   * @throws {CollectorError} `store_unavailable` where it is away, or takes too long; what it answers
   */
  ask<Question extends StoreQuestion>(question: Question): Promise<StoreAnswers[Question['kind']]>
  /** Sends at once what is new. @returns the count of the last update, which an answer then has to have seen */
  flush(): number
  /** A request got no answer: did its own query end the process? Resolves once that is known. */
  wasKilled(request: string): Promise<boolean>
  /** Ends it in order, or after a while by force. Idempotent. */
  close(): Promise<void>
}

export interface StoreProcessOptions {
  readonly settings: Pick<StoreSettings, 'dataFolder' | 'socketPath' | 'query' | 'logRoomBytes'>
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
  /** It found only after `start` that it can't open its data: this process has to end. */
  readonly onLost: (reason: CollectorError) => void
  readonly spawn?: SpawnStore
}

/**
 * So long a question waits for the store to be there. A session that nobody remembers is asked for while its player waits;
 * what takes minutes by itself waits for a store that reads a long log first, or mends a damaged file.
 */
const askWaitMs = { brief: 5000, long: 60_000 }
const isLong = ({ kind }: StoreQuestion): boolean => kind === 'compact' || kind === 'copy'
/** One that was killed holds the database for some milliseconds, on a busy machine for a second or two; whoever else does at the start, holds it for good. */
const lockTimeoutMs = { first: 3000, later: 600_000 }

export function createStoreProcess(options: StoreProcessOptions): StoreProcess {
  const { log, clock, onLost, spawn = spawnStore } = options
  const reports = createSinkReports(log, options.onReport)
  const supervised = createSupervisedStore({
    spawn,
    log,
    now: clock.monotonicMs,
    onStarted,
    onMessage,
    onEnded,
    onLost,
  })
  const updates = createLogUpdates({ ...options, child: () => supervised.child })
  const questions = createQuestions(supervised, updates)
  const figures = createStoreFigures(supervised, updates, reports)
  let views: Promise<readonly ViewDefinition[]> | undefined
  let isCounted = false

  return {
    get isUp() {
      return supervised.isUp()
    },
    figures,
    async start(end, timeoutMs) {
      updates.synced(end, 0)
      await supervised.start(() => supervised.isUp() && isCounted, timeoutMs)
    },
    whenUp: (timeoutMs) => supervised.until(supervised.isUp, timeoutMs),
    synced: updates.synced,
    socketChanged: updates.socketChanged,
    flush: updates.flush,
    readSessions: (ids) => questions.ask({ kind: 'sessions', ids }),
    ask: questions.ask,
    wasKilled: supervised.wasKilled,
    close() {
      updates.flush()
      return supervised.close()
    },
  }

  function onStarted(child: StoreChild, isFirst: boolean): void {
    const settings = {
      ...options.settings,
      ...supervised.precautions(),
      lockTimeoutMs: isFirst ? lockTimeoutMs.first : lockTimeoutMs.later,
      wantsCounts: !isCounted,
    }
    child.send({ kind: 'start', settings, update: updates.first(options.openSessions()) })
  }

  function onMessage(message: FromStore): void {
    figures.take(message)
    if (message.kind === 'ready') {
      if (message.position) options.onCheckpoint(message.position)
      options.onUp()
    } else if (message.kind === 'counts') {
      if (!isCounted) options.onCounts(message.counts)
      isCounted = true
      supervised.notify()
    } else if (message.kind === 'views-wanted') {
      views ??= options.describeViews()
      void views.then((described) => supervised.child?.send({ kind: 'views', views: described }))
    } else if (message.kind === 'applied') updates.applied(message.update)
    else if (message.kind === 'report') reports.add(message.report)
    else if (message.kind === 'checkpoint') options.onCheckpoint(message.position)
    else if (message.kind === 'answer') questions.answer(message.request, message.answer)
  }

  function onEnded(): void {
    questions.giveUp('The store process has ended')
    updates.forgetChild()
  }
}

/** Questions that wait for their answer. */
function createQuestions(supervised: SupervisedStore, updates: LogUpdates) {
  const asked = new Map<number, (answer: StoreAnswer) => void>()
  let count = 0
  return {
    async ask<Question extends StoreQuestion>(question: Question): Promise<StoreAnswers[Question['kind']]> {
      const waitMs = isLong(question) ? askWaitMs.long : askWaitMs.brief
      await supervised.until(supervised.isUp, waitMs)
      const { child } = supervised
      if (!child || !supervised.isUp())
        throw unavailable(`The store is still starting after ${waitMs / 1000} s: ask again later`)
      const update = updates.flush()
      const answer = await new Promise<StoreAnswer>((resolve) => {
        asked.set(++count, resolve)
        child.send({ kind: 'question', request: count, question, update })
      })
      if (!answer.ok) throw new CollectorError(answer.code, answer.message)
      // It answers what it was asked.
      return answer.value as StoreAnswers[Question['kind']]
    },
    answer(request: number, answer: StoreAnswer): void {
      asked.get(request)?.(answer)
      asked.delete(request)
    },
    giveUp(message: string): void {
      for (const finish of asked.values()) finish({ ok: false, code: 'store_unavailable', message })
      asked.clear()
    },
  }
}

const unavailable = (message: string): CollectorError => new CollectorError('store_unavailable', message)
