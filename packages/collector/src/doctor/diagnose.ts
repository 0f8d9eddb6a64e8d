/** Examines a data folder at rest: its log, its database, the ledgers in it, and what else lies there. */
import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import { join, resolve } from 'node:path'
import { openLogFiles } from '../log/log-files.ts'
import { readOwner } from '../log/owner.ts'
import { type DatabaseExamination, examineDatabase } from './examine-database.ts'
import { examineFolder } from './examine-folder.ts'
import { examineLog, type LogReport } from './examine-log.ts'
import { examineOtlp } from './examine-otlp.ts'
import { describeDatabase, describeFolder, describeLog, describeOtlp, type Finding } from './findings.ts'

export interface Diagnosis {
  /** Absolute path of the data folder. */
  readonly data: string
  /** `in_use`: a collector runs on it, and nothing was examined. */
  readonly status: 'sound' | 'damaged' | 'in_use'
  readonly findings: readonly Finding[]
  readonly log?: Omit<LogReport, 'holds'>
  readonly database?: DatabaseExamination
}

export interface DiagnoseOptions {
  /** What is examined now, and how far that is, from 0 to 1. @default none is told */
  readonly onProgress?: (what: 'log' | 'database', share: number) => void
}

/**
 * Changes nothing. Takes as long as it takes to read the folder.
 *
 * @param data a data folder
 */
export async function diagnose(data: string, { onProgress }: DiagnoseOptions = {}): Promise<Diagnosis> {
  const folder = resolve(data)
  if (await isOwned(folder)) return inUse(folder)
  const file = join(folder, 'downlink.duckdb')
  const database = await examineDatabase(file, (share) => onProgress?.('database', share))
  if (database.kind === 'examined' && database.result.kind === 'in_use') return inUse(folder)
  const { holds, ...log } = await examineLog(join(folder, 'log'), (share) => onProgress?.('log', share))
  const findings = [
    ...describeLog(log),
    ...describeDatabase(database, log, holds),
    ...describeFolder(await examineFolder(folder)),
    ...(log.unreadable === undefined ? describeOtlp(await examineOtlp(folder)) : []),
  ]
  const isDamaged = findings.some(({ level }) => level === 'fault')
  return { data: folder, status: isDamaged ? 'damaged' : 'sound', findings, log, database }
}

const inUse = (data: string): Diagnosis => ({ data, status: 'in_use', findings: [] })

/** Does a collector answer that has opened the log? */
async function isOwned(folder: string): Promise<boolean> {
  const logFolder = join(folder, 'log')
  if (!existsSync(logFolder)) return false
  const owner = await readOwner(await openLogFiles(logFolder))
  if (owner?.socket === undefined) return false
  return new Promise((finish) => {
    const socket = connect(owner.socket ?? '')
    socket.once('connect', () => finish(true)).once('error', () => finish(false))
    socket.once('connect', () => socket.destroy())
  })
}
