/** Puts the last backup in the place of a damaged database: what came after it is read from the log, which is kept since. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { openLogFiles } from '../../log/log-files.ts'
import { type Position, readLog } from '../../log/read-log.ts'
import { idText, listSegments, type Segment, segmentHeadBytes } from '../../log/segment.ts'
import { type Backup, readBackup, verifyBackup } from '../backup-folder.ts'
import { readLastBackup } from '../last-backup.ts'
import { restore } from './rebuild.ts'

export interface RestoredBackup {
  /** Path of its folder. */
  readonly backup: string
  /** Where the damaged database is now; undefined where there was none. */
  readonly quarantined: string | undefined
}

/**
 * Nothing is changed where it can't be done.
 *
 * @param logFolder of the collector's own log
 * @param lacksOther takes it also where the log lacks something of what came after: that is missing then
 * @returns undefined where the backup is not where the collector put it, or is none that is sound
 */
export async function restoreLastBackup(
  file: string,
  logFolder: string,
  lacksOther: boolean,
): Promise<RestoredBackup | undefined> {
  const backup = await findLastBackup(dirname(file))
  if (!backup) return undefined
  const { path, manifest } = backup
  if (!lacksOther && !(await hasAllSince(logFolder, manifest.position))) return undefined
  const copy = join(path, manifest.file)
  // Where there is no room for a copy of it, the damaged database takes no more.
  const restored = await verifyBackup(backup)
    .then(() => restore(copy, file))
    .catch(() => undefined)
  return restored?.kind === 'restored' ? { backup: path, quarantined: restored.quarantined } : undefined
}

async function findLastBackup(data: string): Promise<Backup | undefined> {
  const path = (await readLastBackup(data))?.path
  return path === undefined ? undefined : readBackup(path).catch(() => undefined)
}

/** Has the log each entry since, up to the segment that is being written? */
async function hasAllSince(folder: string, position: Position | null): Promise<boolean> {
  if (!position || !existsSync(folder)) return false
  const files = await openLogFiles(folder)
  const segments = await listSegments(files)
  const last = segments.at(-1)
  if (!last || !segments.some((segment) => holds(segment, position) || follows(segment, position))) return false
  for await (const { kind } of readLog(files, position, { segment: last.key, offset: segmentHeadBytes })) {
    if (kind !== 'entry') return false
  }
  return true
}

const holds = ({ key, bytes }: Segment, { segment, offset }: Position): boolean => key === segment && bytes >= offset

/** The position is the end of a segment that is gone, and this is the next one. */
const follows = ({ head }: Segment, { segment, offset }: Position): boolean =>
  head?.previous !== undefined && segment.endsWith(idText(head.previous.id)) && offset >= head.previous.soundEnd
