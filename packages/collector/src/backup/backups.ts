/** Makes backups of the database while the collector runs: the store process copies, and here the copy is verified and kept. */
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from '../clock.ts'
import { examineDatabase } from '../doctor/examine-database.ts'
import { CollectorError } from '../errors.ts'
import type { Position } from '../log/read-log.ts'
import { createSerialQueue } from '../serial-queue.ts'
import {
  type Backup,
  type BackupManifest,
  backupFile,
  beginBackup,
  finishBackup,
  keepNewest,
  listBackups,
  removeBackup,
  sha256Of,
  sweepUnfinished,
  unwritable,
} from '../store/backup-folder.ts'
import { type LastBackup, readLastBackup, writeLastBackup } from '../store/last-backup.ts'
import type { StoreProcess } from '../store-process/store-process.ts'
import { type KeptBackup, predictDeletion } from './kept-backups.ts'

export interface Backups {
  /** The newest one, wherever it was moved since; undefined before the first. */
  readonly last: LastBackup | undefined
  /** Deletes what was cut short, and has the log kept that came after the last one. Before the store says what it needs no more. */
  start(): Promise<void>
  /** All that came before was deleted for its age: for a backup that is older the log is kept no longer. */
  expireBefore(ms: number): void
  /** Deletes those of the folder that are too old by then. Rejects as the file system does, and may be asked for again. */
  removeOld(nowMs: number): Promise<void>
  /** Those of the folder, oldest first. */
  list(): Promise<readonly KeptBackup[]>
  /**
   * One at a time.
   *
   * @param keep how many are kept, this one among them; the oldest go
   * @throws {CollectorError} `no_room`, `store_unavailable`, `data_damaged`, `data_unusable`: nothing is left that looks like a backup
   */
  make(keep: number, onProgress: (progress: BackupProgress) => void): Promise<MadeBackup>
  /**
   * What was forgotten is in those that are there: the last one is not put back by itself any more, and the log is not kept for it.
   *
   * @returns those of the folder, oldest first, once the one that is being made now is there or has failed
   */
  outdate(): Promise<readonly KeptBackup[]>
}

export interface BackupProgress {
  readonly step: 'copying' | 'verifying'
  /** Of this step, from 0 to 1. */
  readonly share: number
}

export interface MadeBackup extends Backup {
  /** Paths of older ones that were deleted. */
  readonly removed: readonly string[]
}

export interface BackupsOptions {
  /** Absolute path of the data folder. */
  readonly data: string
  /** Where backups go. */
  readonly folder: string
  /** How long each of them is kept. @default for any time */
  readonly keepMs: number | undefined
  readonly store: Pick<StoreProcess, 'ask'>
  /** Where the log begins. */
  readonly logBegin: () => Position
  /** Has what comes after a place kept in the log, though the store needs it no more. */
  readonly keepLogFrom: (position: Position | undefined) => void
  readonly wallMs: Clock['wallMs']
  readonly logger: Pick<FastifyBaseLogger, 'info'>
}

/** Where nothing was said: as the API has it. */
export const keptBackups = 7

export function createBackups(options: BackupsOptions): Backups {
  const { data, folder, keepMs, store, logBegin, keepLogFrom, wallMs, logger } = options
  let last: LastBackup | undefined
  const inTurn = createSerialQueue()

  const backups: Backups = {
    get last() {
      return last
    },
    async start() {
      await sweepUnfinished(folder)
      last = await readLastBackup(data)
      keepLogFrom(last?.position)
    },
    expireBefore(ms) {
      void inTurn(async () => {
        if (last && last.at < ms) keepLogFrom(undefined)
      })
    },
    removeOld: (nowMs) => inTurn(() => removeOld(nowMs)),
    list,
    make: (keep, onProgress) => inTurn(() => make(keep, onProgress)),
    outdate: () =>
      inTurn(async () => {
        const [newest] = last ? [last] : (await list()).slice(-1)
        if (newest) await note({ at: newest.at, bytes: newest.bytes, keep: last?.keep })
        keepLogFrom(undefined)
        return list()
      }),
  }
  return backups

  async function list(): Promise<readonly KeptBackup[]> {
    const isOutdated = last !== undefined && last.path === undefined
    return predictDeletion(await listBackups(folder), {
      keep: last?.keep ?? keptBackups,
      keepMs,
      isOutdated,
      nowMs: wallMs(),
    })
  }

  async function removeOld(nowMs: number): Promise<void> {
    for (const { path, deletedAt } of await list()) {
      if (deletedAt === null || deletedAt > nowMs) continue
      await removeBackup(path)
      logger.info({ path }, 'A backup was deleted for its age')
    }
  }

  async function note(newest: LastBackup): Promise<void> {
    await writeLastBackup(data, newest)
    last = newest
  }

  async function make(keep: number, onProgress: (progress: BackupProgress) => void): Promise<MadeBackup> {
    const createdMs = wallMs()
    onProgress({ step: 'copying', share: 0 })
    // Where it will stand only the copy tells.
    keepLogFrom(logBegin())
    try {
      return await copy(keep, createdMs, onProgress)
    } finally {
      keepLogFrom(last?.position)
    }
  }

  async function copy(
    keep: number,
    createdMs: number,
    onProgress: (progress: BackupProgress) => void,
  ): Promise<MadeBackup> {
    const { file } = await store.ask({ kind: 'copy' })
    try {
      const work = await beginBackup(folder, file, createdMs)
      const manifest = await describe(join(work, backupFile), createdMs, (share) =>
        onProgress({ step: 'verifying', share }),
      )
      const path = await finishBackup(work, manifest)
      await note({ at: createdMs, bytes: manifest.bytes, keep, path, position: manifest.position ?? logBegin() })
      return { path, manifest, removed: await keepNewest(folder, keep) }
    } catch (error) {
      // Whatever it holds would lie there, and be forgotten by nobody.
      await rm(file, { force: true })
      await sweepUnfinished(folder)
      throw unwritable(folder, error)
    }
  }
}

/**
 * Opens the copy, in a process of its own, and reads all of it.
 *
 * @throws {CollectorError} `data_damaged`
 */
async function describe(file: string, createdMs: number, onProgress: (share: number) => void): Promise<BackupManifest> {
  const examination = await examineDatabase(file, onProgress)
  if (examination.kind === 'none') throw damaged('it is gone')
  const { bytes, result } = examination
  if (result.kind !== 'sound') throw damaged(result.reason)
  const { tables, position, ledgers } = result.answer
  if (!ledgers || ledgers.faultCount > 0) throw damaged('not all ledgers in it add up')
  const { version: collector } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'))
  return {
    kind: 'downlink-backup',
    format: 1,
    createdAt: new Date(createdMs).toISOString(),
    versions: { collector, node: process.version },
    tables: Object.fromEntries(tables.map(({ table, rows }) => [table, rows])),
    missing: ledgers.missing,
    position: position ?? null,
    file: backupFile,
    bytes,
    sha256: await sha256Of(file),
  }
}

const damaged = (why: string): CollectorError =>
  new CollectorError(
    'data_damaged',
    `The copy of the database is no backup: ${why}. Stop the collector and run \`downlink doctor\`.`,
  )
