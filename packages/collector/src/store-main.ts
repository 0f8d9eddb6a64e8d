/** Runs the store process: follows the collector's log into the database, and answers what is asked of it. Started by a collector. */
import { writeFileSync } from 'node:fs'
import process from 'node:process'
import { Worker } from 'node:worker_threads'
import { messageOf } from '@downlink/protocol'
import { pino } from 'pino'
import { currentRequest } from './api/read-server.ts'
import { duckdb } from './duckdb.ts'
import { CollectorError, type CollectorErrorCode } from './errors.ts'
import { lowerPriority } from './lower-priority.ts'
import type { ViewDefinition } from './query/event-views.ts'
import type { ReadWatch } from './query/read-store.ts'
import { damageOf } from './store/failures.ts'
import { memoryLimitMb } from './store/open-instance.ts'
import { openStorePipeline, type StorePipeline } from './store-pipeline.ts'
import type { GuardOptions } from './store-process/guard-thread.ts'
import { type FromStore, lifelineFd, type StoreSettings, type ToStore } from './store-process/messages.ts'

// Ctrl-C goes to the whole process group. The collector says when it is time.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})

// Where memory ends, this process goes first.
attempt(() => writeFileSync('/proc/self/oom_score_adj', '500'))

const logger = pino(
  { level: 'warn', base: null, timestamp: false, formatters: { level: (level) => ({ level }) } },
  { write: (line) => send({ kind: 'log', line }) },
)

const aliveIntervalMs = 1000

let pipeline: Promise<StorePipeline> | undefined
let giveViews = (_views: readonly ViewDefinition[]): void => {}

process.on('message', (message: ToStore) => {
  if (message.kind === 'start') pipeline = start(message)
  else if (message.kind === 'views') giveViews(message.views)
  else pipeline?.then((running) => receive(message, running)).catch(() => {})
})

setInterval(() => send({ kind: 'alive', memoryBytes: process.memoryUsage.rss() }), aliveIntervalMs).unref()

async function start({ settings, update }: ToStore & { kind: 'start' }): Promise<StorePipeline> {
  guard(settings)
  try {
    const opened = await openStorePipeline({
      settings,
      logger,
      loadViews,
      watch: watchReads(new Set(settings.bannedQueries)),
      onReport: (report) => send({ kind: 'report', report }),
      onWork: (work) => send({ kind: 'writing', work }),
      onApplied: (update) => send({ kind: 'applied', update }),
      onCheckpoint: (position) => send({ kind: 'checkpoint', position }),
      onSpace: (space) => send({ kind: 'space', space }),
      // The next process makes it anew.
      onUnreachable: () =>
        failed(new CollectorError('store_unavailable', `Something has deleted the socket ${settings.socketPath}`)),
    })
    opened.take(update)
    if (settings.wantsCounts) {
      void opened.countStored().then(
        (counts) => send({ kind: 'counts', counts }),
        (error) => logger.error({ err: error }, 'What is stored could not be counted'),
      )
    }
    void opened.serve().then(() => {
      send({ kind: 'ready', position: opened.position, databaseVersion: duckdb.version() })
      // What is asked must not take the machine from ingest; but a start is waited for.
      lowerPriority()
    }, failed)
    return opened
  } catch (error) {
    failed(error)
    throw error
  }
}

function failed(error: unknown): void {
  exitAfter({ kind: 'failed', code: codeOf(error, 'data_unusable'), message: messageOf(error) }, 1)
}

async function receive(message: Exclude<ToStore, { kind: 'start' | 'views' }>, running: StorePipeline): Promise<void> {
  if (message.kind === 'update') running.take(message.update)
  else if (message.kind === 'stop') {
    await running.close()
    exitAfter(undefined, 0)
  } else {
    const { request, question, update } = message
    const answer = await running.answer(question, update).then(
      (value) => ({ ok: true, value }) as const,
      (error: unknown) => ({ ok: false, ...faultOf(error) }) as const,
    )
    send({ kind: 'answer', request, answer })
  }
}

function faultOf(error: unknown): { readonly code: CollectorErrorCode; readonly message: string } {
  const message = messageOf(error)
  if (damageOf(error) === undefined) return { code: codeOf(error, 'store_unavailable'), message }
  const advice = 'Stop the collector and run `downlink doctor`.'
  return { code: 'data_damaged', message: `A part of the database can't be read: ${message}. ${advice}` }
}

const codeOf = (error: unknown, otherwise: CollectorErrorCode): CollectorErrorCode =>
  error instanceof CollectorError ? error.code : otherwise

/** Beside the database and what reads may take over that: what Node needs, and the sink. */
const ownMemoryMb = 512

function guard({ query }: StoreSettings): void {
  const maxResidentBytes = (memoryLimitMb() + query.memoryGrowthMb + ownMemoryMb) * 1e6
  const workerData: GuardOptions = { lifeline: lifelineFd, maxResidentBytes }
  new Worker(new URL('./store-process/guard-thread.js', import.meta.url), { workerData }).unref()
}

/** A ban lasts as long as this, or this process. */
const banMs = 60_000

function watchReads(banned: Set<string>): ReadWatch {
  let reads = 0
  setTimeout(() => banned.clear(), banMs).unref()
  return {
    isBanned: (fingerprint) => banned.has(fingerprint),
    onRun(read) {
      const id = ++reads
      send({ kind: 'read-began', read: { ...read, id, request: currentRequest.getStore() } })
      return () => send({ kind: 'read-ended', id })
    },
  }
}

function loadViews(): Promise<readonly ViewDefinition[]> {
  return new Promise((resolve) => {
    giveViews = resolve
    send({ kind: 'views-wanted' })
  })
}

function send(message: FromStore): void {
  // Without a collector the lifeline has ended, and with it this process, in a moment. That it is gone is known only
  // later: an error that nobody takes would end this process with a stack on the terminal.
  if (process.connected) process.send?.(message, () => {})
}

function exitAfter(message: FromStore | undefined, code: number): void {
  if (message && process.connected) process.send?.(message, () => process.exit(code))
  else process.exit(code)
}

function attempt(work: () => void): void {
  try {
    work()
  } catch {
    // Not on this system, or not permitted: it goes without.
  }
}
