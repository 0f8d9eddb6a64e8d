/** Examines what lies in a data folder beside its log and its database, and what room there is. */
import { readdir, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { reservedBytes } from '../log/write-log.ts'
import { isQuarantined, sizeOf } from '../store/recovery/quarantine.ts'

export interface FolderExamination {
  readonly quarantined: readonly { readonly name: string; readonly bytes: number }[]
  readonly unfinishedRebuild: boolean
  readonly exports: number
  readonly freeBytes: number
  /** For the log's reserve, and a checkpoint. */
  readonly neededBytes: number
}

export async function examineFolder(folder: string): Promise<FolderExamination> {
  const names = await readdir(folder)
  const quarantined = names.filter(isQuarantined)
  const { bavail, blocks, bsize } = await statfs(folder)
  const walBytes = (await sizeOf(join(folder, 'downlink.duckdb.wal'))) ?? 0
  return {
    quarantined: await Promise.all(
      quarantined.map(async (name) => ({ name, bytes: (await sizeOf(join(folder, name))) ?? 0 })),
    ),
    unfinishedRebuild: names.some((name) => /\.rebuil(t|ding)$/.test(name)),
    exports: (await readdir(join(folder, 'exports')).catch(() => [])).length,
    freeBytes: bavail * bsize,
    neededBytes: reservedBytes(blocks * bsize) + 2 * walBytes,
  }
}
