/** Foretells when the backups of a folder go: for their age, or once newer ones have taken their place. */
import type { Backup } from '../store/backup-folder.ts'

/** Times in ms since 1970. */
export interface KeptBackup {
  /** Absolute path of its folder. */
  readonly path: string
  /** When it was made. */
  readonly at: number
  readonly bytes: number
  /** When it is deleted for its age; null where backups are kept for any time, and for the one that would be put back. */
  readonly deletedAt: number | null
  /** How many more have to be made until it is deleted for them; null where all are kept. */
  readonly deletedAfter: number | null
  /** When those are made, if they come as they did so far; null where nobody can tell. */
  readonly expectedAt: number | null
}

export interface BackupRules {
  /** How many are kept, whenever one is made. */
  readonly keep: number
  /** How long each is kept; undefined for any time. */
  readonly keepMs: number | undefined
  /** Whether somebody was forgotten whom the newest may hold: it is not put back by itself then, and not kept for that. */
  readonly isOutdated: boolean
  readonly nowMs: number
}

/** As many as nobody makes: whoever says so keeps all. */
export const allBackups = 1_000_000

/** @param backups oldest first */
export function predictDeletion(backups: readonly Backup[], rules: BackupRules): readonly KeptBackup[] {
  const { keep, keepMs, isOutdated } = rules
  const times = backups.map(({ manifest }) => Date.parse(manifest.createdAt))
  const newest = times.at(-1)
  const intervalMs = usualInterval(times, rules.nowMs)
  return backups.map(({ path, manifest: { bytes } }, index) => {
    const at = times[index] ?? 0
    const more = Math.max(1, keep - (backups.length - 1 - index))
    const isForPuttingBack = at === newest && !isOutdated
    return {
      ...{ path, at, bytes },
      deletedAt: keepMs === undefined || isForPuttingBack ? null : at + keepMs,
      deletedAfter: keep < allBackups ? more : null,
      expectedAt: keep < allBackups && newest !== undefined && intervalMs ? newest + more * intervalMs : null,
    }
  })
}

/** The median, of which chance makes nothing; undefined before there is one, and where none came for two of them. */
function usualInterval(times: readonly number[], nowMs: number): number | undefined {
  const intervals = times.slice(1).map((time, index) => time - (times[index] ?? 0))
  const usual = intervals.sort((a, b) => a - b)[Math.floor(intervals.length / 2)]
  return usual && nowMs - (times.at(-1) ?? 0) <= 2 * usual ? usual : undefined
}
