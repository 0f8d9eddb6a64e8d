/** Restores a backup into a data folder at rest: the database that is there is set aside, and the log is read again from where the backup stands. */
import { join } from 'node:path'
import { makeFolder } from '@downlink/artifacts/node'
import { messageOf } from '@downlink/protocol'
import { type Repair, repair } from '../doctor/repair.ts'
import { CollectorError } from '../errors.ts'
import { type Backup, readBackup, verifyBackup } from '../store/backup-folder.ts'
import { isDiscarded } from '../store/recovery/quarantine.ts'

export interface RestoreOptions {
  /** Deletes the database that was there once the backup is open in its place, also where that is at the next start. */
  readonly discard?: boolean
  readonly onProgress?: OnRestoreProgress
}

export interface Restored extends Pick<Repair, 'lost' | 'lostEvents' | 'after'> {
  readonly backup: Backup
  /** Where the database is that was there before, and whatever else was replaced. */
  readonly setAside: readonly string[]
  /** What was deleted of it. */
  readonly discarded: readonly string[]
}

/**
 * Ended at any moment it leaves a folder that opens, with the one database or the other.
 *
 * @param path a backup's folder
 * @param data a data folder, or one that is to be made
 * @throws {CollectorError} `bad_backup`, `data_in_use`, `data_unusable`: the folder is as it was then
 */
export async function restoreBackup(
  path: string,
  data: string,
  { discard = false, onProgress }: RestoreOptions = {},
): Promise<Restored> {
  const backup = await readBackup(path)
  await verifyBackup(backup)
  await makeFolder(data).catch((cause: unknown) => {
    throw new CollectorError('data_unusable', `Can't make the folder ${data}: ${messageOf(cause)}`, { cause })
  })
  const from = join(backup.path, backup.manifest.file)
  const { quarantined, lost, lostEvents, after } = await repair(data, {
    from,
    fromInPlaceOf: discard ? 'discarded' : 'replaced',
    ...(onProgress && { onProgress }),
  })
  const discarded = quarantined.filter(isDiscarded)
  const setAside = quarantined.filter((replaced) => !discarded.includes(replaced))
  return { backup, setAside, discarded, lost, lostEvents, after }
}

export type OnRestoreProgress = (what: 'log' | 'database' | 'rebuild', share: number) => void
