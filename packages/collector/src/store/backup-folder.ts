/**
 * Keeps backups in a folder: each is a folder of its own, with a copy of the database and a manifest. One is put together
 * under a name that says that it is not finished, its manifest last, and then renamed: what has a manifest is whole.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { copyFile, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { makeFolder, systemCode } from '@downlink/artifacts/node'
import { messageOf } from '@downlink/protocol'
import { CollectorError } from '../errors.ts'
import type { Position } from '../log/read-log.ts'

/** What `manifest.json` says. */
export interface BackupManifest {
  readonly kind: 'downlink-backup'
  readonly format: number
  /** When it was made, as the collector's clock had it. */
  readonly createdAt: string
  readonly versions: { readonly collector: string; readonly node: string }
  /** Rows, by table. */
  readonly tables: Readonly<Record<string, number>>
  /** Events that all sessions together lost. */
  readonly missing: number
  /** Where in the collector's log it stands: what came later is not in it. */
  readonly position: Position | null
  readonly file: string
  readonly bytes: number
  /** Of the file, in hexadecimal digits. */
  readonly sha256: string
}

export interface Backup {
  /** Absolute path of its folder. */
  readonly path: string
  readonly manifest: BackupManifest
}

const manifestFormat = 1
const manifestName = 'manifest.json'
export const backupFile = 'downlink.duckdb'
const namePattern = /^downlink-\d{8}T\d{6}Z(-\d+)?$/
const unfinishedEnding = '.unfinished'

/** Those that are finished, oldest first. Of other things in the folder nothing is said. */
export async function listBackups(folder: string): Promise<readonly Backup[]> {
  const names = await readdir(folder).catch(() => [])
  const found = await Promise.all(
    names.filter((name) => namePattern.test(name)).map((name) => readBackup(join(folder, name)).catch(() => undefined)),
  )
  return found
    .filter((backup) => backup !== undefined)
    .sort((a, b) => a.manifest.createdAt.localeCompare(b.manifest.createdAt) || a.path.localeCompare(b.path))
}

/**
 * Reads a manifest, not the file.
 *
 * @param path a backup's folder
 * @throws {CollectorError} `bad_backup`
 */
export async function readBackup(path: string): Promise<Backup> {
  const text = await readFile(join(path, manifestName), 'utf8').catch((cause: unknown) => {
    throw badBackup(
      `${path} has no ${manifestName} that can be read: it is no backup, or none that was finished`,
      cause,
    )
  })
  let manifest: Partial<BackupManifest> | undefined
  try {
    manifest = JSON.parse(text)
  } catch (cause) {
    throw badBackup(`The manifest of ${path} is no JSON`, cause)
  }
  if (manifest?.kind !== 'downlink-backup' || typeof manifest.format !== 'number' || !isWhole(manifest)) {
    throw badBackup(`The manifest of ${path} is not that of a backup`)
  }
  if (manifest.format > manifestFormat) {
    throw badBackup(`${path} is of format ${manifest.format}, which a later version of Downlink wrote`)
  }
  return { path: resolve(path), manifest }
}

/**
 * Compares the file with what its manifest says.
 *
 * @throws {CollectorError} `bad_backup`
 */
export async function verifyBackup({ path, manifest }: Backup): Promise<void> {
  const file = join(path, manifest.file)
  const { size } = await stat(file).catch((cause: unknown) => {
    throw badBackup(`${path} has no ${manifest.file}`, cause)
  })
  if (size !== manifest.bytes) throw badBackup(`Expected ${manifest.bytes} bytes of ${file}, got ${size}`)
  if ((await sha256Of(file)) !== manifest.sha256)
    throw badBackup(`${file} is not what its manifest says: it is damaged`)
}

/** @param file is moved into the backup; it has its name in the folder from now on, and no other process a reason to delete it */
export async function beginBackup(folder: string, file: string, wallMs: number): Promise<string> {
  await sweepUnfinished(folder)
  const name = await freeName(folder, wallMs)
  const work = join(folder, name + unfinishedEnding)
  await makeFolder(work)
  await move(file, join(work, backupFile))
  return work
}

/** @returns where it is now */
export async function finishBackup(work: string, manifest: BackupManifest): Promise<string> {
  await writeSynced(join(work, manifestName), `${JSON.stringify(manifest, undefined, 2)}\n`)
  const path = work.slice(0, -unfinishedEnding.length)
  await rename(work, path)
  return path
}

/**
 * Moves a finished backup to another folder, which may be on another disk.
 *
 * @returns where it is now
 * @throws {CollectorError} `data_unusable`, `no_room`, `bad_backup` where it does not arrive as it was; it stays where it
 * was then
 */
export async function moveBackup(backup: Backup, folder: string): Promise<string> {
  const target = join(resolve(folder), basename(backup.path))
  if (target === backup.path) return target
  const work = target + unfinishedEnding
  try {
    await makeFolder(folder)
    await sweepUnfinished(folder)
    await mkdir(work)
    await copyFile(join(backup.path, backup.manifest.file), join(work, backup.manifest.file))
    await sync(join(work, backup.manifest.file))
    await verifyBackup({ path: work, manifest: backup.manifest })
    await finishBackup(work, backup.manifest)
  } catch (error) {
    throw unwritable(folder, error, `; it is whole, and stays at ${backup.path}`)
  }
  await removeBackup(backup.path)
  return target
}

/** @param rest what has become of it */
export function unwritable(folder: string, cause: unknown, rest = ''): CollectorError {
  if (cause instanceof CollectorError) return cause
  const code = ['ENOSPC', 'EDQUOT'].includes(systemCode(cause) ?? '') ? 'no_room' : 'data_unusable'
  return new CollectorError(code, `The backup can't be written to ${folder}: ${messageOf(cause)}${rest}`, { cause })
}

/** Deletes the oldest, until so many are left. @returns where they were */
export async function keepNewest(folder: string, keep: number): Promise<readonly string[]> {
  const backups = await listBackups(folder)
  const old = backups.slice(0, Math.max(0, backups.length - keep)).map(({ path }) => path)
  for (const path of old) await removeBackup(path)
  return old
}

export async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file, { highWaterMark: 262_144 })) hash.update(chunk)
  return hash.digest('hex')
}

/** The manifest goes first, so that one that is half deleted looks like none. */
export async function removeBackup(path: string): Promise<void> {
  await rm(join(path, manifestName))
  await rm(path, { recursive: true })
}

/** Deletes what was cut short. */
export async function sweepUnfinished(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const isUnfinished = name.endsWith(unfinishedEnding) && namePattern.test(name.slice(0, -unfinishedEnding.length))
    if (isUnfinished) await rm(join(folder, name), { recursive: true, force: true })
  }
}

async function freeName(folder: string, wallMs: number): Promise<string> {
  const taken = new Set(await readdir(folder).catch(() => []))
  const time = new Date(wallMs).toISOString().replaceAll(/[-:]|\.\d+/g, '')
  for (let count = 1; ; count++) {
    const name = count === 1 ? `downlink-${time}` : `downlink-${time}-${count}`
    if (!taken.has(name)) return name
  }
}

/** A rename reaches no other disk. */
async function move(from: string, to: string): Promise<void> {
  await rename(from, to).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EXDEV') throw error
    await copyFile(from, to)
    await sync(to)
    await rm(from)
  })
}

async function writeSynced(file: string, text: string): Promise<void> {
  const handle = await open(file, 'w', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function sync(file: string): Promise<void> {
  const handle = await open(file, 'r+')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function isWhole(manifest: Partial<BackupManifest>): manifest is BackupManifest {
  const { createdAt, file, bytes, sha256 } = manifest
  return (
    typeof createdAt === 'string' &&
    typeof bytes === 'number' &&
    typeof sha256 === 'string' &&
    typeof file === 'string' &&
    dirname(file) === '.'
  )
}

const badBackup = (message: string, cause?: unknown): CollectorError =>
  new CollectorError('bad_backup', cause === undefined ? message : `${message} (${messageOf(cause)})`, { cause })
