/** Repairs a data folder at rest. Nothing is deleted: what it replaces is quarantined. */
import { join, resolve } from 'node:path'
import { CollectorError } from '../errors.ts'
import { openLogFiles } from '../log/log-files.ts'
import { readLog } from '../log/read-log.ts'
import { openLogWriter } from '../log/write-log.ts'
import { createSink } from '../sink/sink.ts'
import type { SinkReport } from '../sink/sink-reports.ts'
import { createDuckDBStore } from '../store/duckdb-store.ts'
import { summariseSessions } from '../store/event-summary.ts'
import { openDatabase } from '../store/open-database.ts'
import type { QuarantineReason } from '../store/recovery/quarantine.ts'
import { rebuild, restore } from '../store/recovery/rebuild.ts'
import type { Loss } from '../store/recovery/recount.ts'
import { recoverDatabase, unopened } from '../store/recovery/recover-database.ts'
import { restoreLastBackup } from '../store/recovery/restore-last-backup.ts'
import { type Diagnosis, diagnose } from './diagnose.ts'

export interface RepairOptions {
  /** An older copy of the database, to go on from. @default none */
  readonly from?: string | undefined
  /** What the name of the database says then that was there before. @default 'corrupt' */
  readonly fromInPlaceOf?: QuarantineReason
  /** What is worked on now, and how far that is, from 0 to 1. @default none is told */
  readonly onProgress?: (what: 'log' | 'database' | 'rebuild', share: number) => void
}

export interface Repair {
  /** Paths of what was replaced. */
  readonly quarantined: readonly string[]
  /** Events that can't come back, as far as their sessions are known. */
  readonly lost: readonly { readonly sessionId: string; readonly events: number }[]
  /** All of them, those beyond the sessions that are named, too. */
  readonly lostEvents: number
  /** How the folder is afterwards. */
  readonly after: Diagnosis
}

/** A log of 4 GB, read from its begin. */
const sinkTimeoutMs = 3_600_000

/**
 * Rebuilds the database where it is damaged, or goes on from an older copy of it, and then reads the log. Ended at any
 * moment it leaves a folder that opens, or can be repaired again.
 *
 * @throws {CollectorError} `data_in_use`, `data_unusable`
 */
export async function repair(data: string, options: RepairOptions = {}): Promise<Repair> {
  const folder = resolve(data)
  const file = join(folder, 'downlink.duckdb')
  const logFolder = join(folder, 'log')
  const { from, onProgress } = options
  const quarantined: string[] = []
  const losses = createLosses()
  const before = await diagnose(folder, onProgress && { onProgress })
  if (before.status === 'in_use') throw new CollectorError('data_in_use', `A collector runs on ${folder}`)
  if (from !== undefined) {
    const restored = await restore(resolve(from), file, options.fromInPlaceOf)
    if (restored.kind !== 'restored') throw unopened(resolve(from), restored)
    if (restored.quarantined !== undefined) quarantined.push(restored.quarantined)
  }
  const log = {
    error(details: { readonly quarantined?: string; readonly loss?: Loss }) {
      if (details.quarantined !== undefined) quarantined.push(details.quarantined)
      losses.add(details.loss)
    },
  }
  await recoverDatabase({ file, logFolder, log })
  const opened = quarantined.length === 0 ? before : await diagnose(folder)
  const restored = hasUnreadableRows(opened) ? await restoreLastBackup(file, logFolder, false) : undefined
  if (restored?.quarantined !== undefined) quarantined.push(restored.quarantined)
  if (!restored && needsRebuild(opened)) {
    const rebuilt = await rebuild(file, logFolder, (share) => onProgress?.('rebuild', share))
    if (rebuilt.kind === 'failed') throw unopened(file, rebuilt.failure)
    if (rebuilt.quarantined !== undefined) quarantined.push(rebuilt.quarantined)
    if (rebuilt.kind === 'rebuilt') losses.add(rebuilt.salvage.loss)
  }
  await sinkLog(folder, log, (report) => losses.addReport(report))
  const sunk = await diagnose(folder)
  if (!hasWrongSummaries(sunk)) return { quarantined, ...losses.totals(), after: sunk }
  await summariseAnew(folder, log)
  return { quarantined, ...losses.totals(), after: await diagnose(folder) }
}

/** What `repair` would do, in words; nothing where there is nothing to be done. */
export function planRepair(diagnosis: Diagnosis, from?: string): readonly string[] {
  const { database, findings } = diagnosis
  const steps: string[] = []
  if (from !== undefined) steps.push(`Quarantine the database, and put a copy of ${from} in its place.`)
  const isUnreadable = database?.kind === 'examined' && database.result.kind === 'corrupt'
  if (from === undefined && isUnreadable) {
    steps.push(
      'Quarantine the write-ahead log where that alone is damaged, and go on from the last checkpoint; else save what can be read of the database into a new one, and quarantine the damaged one.',
    )
  }
  if (from === undefined && needsRebuild(diagnosis)) {
    steps.push(
      'Quarantine the damaged database. Put the last backup in its place, where that is damage to blocks and the log has all that came after; else a new one with what can be read of it and what the log still has of the rest, and count again, by session.',
    )
  }
  if (from === undefined && hasWrongSummaries(diagnosis)) {
    steps.push('Sum up the events of each session anew.')
  }
  if (steps.length > 0 || findings.some(({ code }) => code === 'database_missing' || code === 'unfinished_rebuild')) {
    steps.push('Read the log, as far as the database lacks what is in it.')
  }
  return steps
}

/** Is something wrong with the database that opening it does not mend? */
function needsRebuild(diagnosis: Diagnosis): boolean {
  const { database } = diagnosis
  if (database?.kind !== 'examined' || database.result.kind !== 'sound') return false
  return hasUnreadableRows(diagnosis) || (database.result.answer.ledgers?.faultCount ?? 0) > 0
}

const hasUnreadableRows = ({ database }: Diagnosis): boolean =>
  database?.kind === 'examined' &&
  database.result.kind === 'sound' &&
  database.result.answer.tables.some(({ unreadableRows }) => unreadableRows > 0)

/** Do rows of sessions tell something else of their events than these come to? Ledgers that are wrong are mended before. */
function hasWrongSummaries({ database }: Diagnosis): boolean {
  if (database?.kind !== 'examined' || database.result.kind !== 'sound') return false
  return (database.result.answer.ledgers?.wrongSummaryCount ?? 0) > 0
}

async function summariseAnew(folder: string, log: Log): Promise<void> {
  const database = await openDatabase({ dataFolder: folder, log })
  const connection = await database.connect()
  await connection.run(summariseSessions)
  database.release(connection)
  await database.close()
}

type Log = Parameters<typeof recoverDatabase>[0]['log']

/** As a collector does it at its start. */
async function sinkLog(folder: string, log: Log, report: (report: SinkReport) => void): Promise<void> {
  const database = await openDatabase({ dataFolder: folder, log })
  const files = await openLogFiles(join(folder, 'log'))
  const writer = await openLogWriter({ files })
  const store = await createDuckDBStore(database, { onCheckpoint() {}, onCheckpointFailure() {} })
  const sink = createSink({ store, report, read: (position, to) => readLog(files, position, to) })
  sink.follow(writer.end)
  const isDone = await sink.caughtUp(sinkTimeoutMs)
  await sink.stop()
  await store.close()
  await database.close()
  await writer.close()
  if (!isDone) throw new CollectorError('data_unusable', `Reading the log took over ${sinkTimeoutMs} ms`)
}

function createLosses() {
  const sessions = new Map<string, number>()
  let lostEvents = 0
  const add = (sessionId: string, events: number) => sessions.set(sessionId, (sessions.get(sessionId) ?? 0) + events)
  return {
    add(loss: Loss | undefined) {
      lostEvents += loss?.events ?? 0
      for (const { sessionId, events } of loss?.sessions ?? []) add(sessionId, events)
    },
    addReport(report: SinkReport) {
      if (report.code !== 'lost_events') return
      lostEvents += report.events
      add(report.sessionId, report.events)
    },
    totals: () => ({ lost: [...sessions].map(([sessionId, events]) => ({ sessionId, events })), lostEvents }),
  }
}
