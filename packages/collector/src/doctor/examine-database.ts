/** Examines the database of a data folder at rest. */
import { fileURLToPath } from 'node:url'
import type { Position } from '../log/read-log.ts'
import { hasSoundHeaders } from '../store/recovery/file-headers.ts'
import { inChild, type OnProgress, type ProbeResult } from '../store/recovery/probe.ts'
import { sizeOf, walEndings } from '../store/recovery/quarantine.ts'

export interface DatabaseReport {
  readonly tables: readonly TableReport[]
  /** Where in the log it stands; none for one of version 0.1. */
  readonly position?: Position
  /** None where a table can't be read whole. */
  readonly ledgers?: LedgerReport
}

export interface TableReport {
  readonly table: string
  readonly rows: number
  readonly unreadableRows: number
}

export interface LedgerReport {
  readonly sessions: number
  /** Events that all sessions together lost. */
  readonly missing: number
  readonly faultCount: number
  /** The first hundred. */
  readonly faults: readonly LedgerFault[]
  /** Sessions whose rows do not tell what their events come to: errors, the first and the last. */
  readonly wrongSummaryCount: number
  /** The first hundred. */
  readonly wrongSummaries: readonly string[]
}

/** A session whose ledger does not add up, or does not agree with its events. */
export interface LedgerFault {
  readonly sessionId: string
  readonly committedSeq: number
  /** As its ledger counts. */
  readonly stored: number
  /** That are there. */
  readonly rows: number
  /** Of these, sequences that stand there once more. */
  readonly twice: number
  readonly highest: number
  /** The committed sequence, less all that is stored, rejected, dropped or missing. */
  readonly unaccounted: number
}

export type DatabaseExamination =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'examined'
      readonly bytes: number
      readonly walBytes: number
      readonly hasSoundHeaders: boolean
      readonly result: ProbeResult<DatabaseReport>
    }

const main = fileURLToPath(new URL('./examine-database-main.js', import.meta.url))

export async function examineDatabase(file: string, onProgress: OnProgress): Promise<DatabaseExamination> {
  const bytes = await sizeOf(file)
  let walBytes = 0
  for (const ending of walEndings) walBytes += (await sizeOf(file + ending)) ?? 0
  if (bytes === undefined) return { kind: 'none' }
  const result = await inChild<DatabaseReport>(main, [file], onProgress)
  // Only now: in a process that has the file open, its first handle that closes would drop all of its locks.
  const areHeadersSound = result.kind !== 'corrupt' || (await hasSoundHeaders(file).catch(() => false))
  return { kind: 'examined', bytes, walBytes, hasSoundHeaders: areHeadersSound, result }
}
