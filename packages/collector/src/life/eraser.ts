/**
 * Erases from a data folder what may still hold the data of sessions that were forgotten: a row that is deleted stays in
 * the database's file, the entries that it came from in the log, and what was damaged once lies beside them.
 */
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type SetTimer, systemTimer } from '../clock.ts'
import type { GroupCommit } from '../commit/group-commit.ts'
import { emptyBody } from '../commit/session-write.ts'
import { CollectorError } from '../errors.ts'
import { segmentFile } from '../log/segment.ts'
import type { LogWriter } from '../log/write-log.ts'
import { isQuarantined } from '../store/recovery/quarantine.ts'
import { listUnstorable } from '../store/unstorable-texts.ts'
import type { RetryingStore } from './retrying-store.ts'

export interface Eraser {
  /**
   * After the operation that forgot the sessions: all that the folder has is older than it, or knows nothing of them.
   *
   * @returns the files that were removed, by their path within the folder; the database's is not among them
   * @throws {CollectorError} `no_room` for the new file of the database, `store_unavailable`; it may be asked for again
   */
  erase(sessionIds: readonly string[], onStep: (step: ErasureStep) => void): Promise<readonly string[]>
}

export type ErasureStep = 'log' | 'database' | 'files'

export interface EraserOptions {
  /** Absolute path of the data folder. */
  readonly folder: string
  readonly log: Pick<LogWriter, 'end' | 'endSegment' | 'keepFrom' | 'emptyKept' | 'keptSegments'>
  readonly commits: Pick<GroupCommit, 'probe'>
  readonly store: Pick<RetryingStore, 'ask'>
  readonly setTimer?: SetTimer
}

/** From one look to the next. */
const lookMs = 100
const maxLooks = 300

export function createEraser({ folder, log, commits, store, setTimer = systemTimer }: EraserOptions): Eraser {
  const pause = () => new Promise<void>((resolve) => setTimer(resolve, lookMs))
  const logFolder = join(folder, 'log')

  return {
    async erase(sessionIds, onStep) {
      onStep('log')
      const segments = await eraseLog(await olderSegments(), new Set(sessionIds))
      onStep('database')
      await store.ask({ kind: 'compact' })
      onStep('files')
      return [...segments, ...(await eraseFiles(sessionIds))]
    },
  }

  /** The files of the log, but for those that are begun from now on. */
  async function olderSegments(): Promise<readonly string[]> {
    const ended = log.end.segment
    log.endSegment()
    for (let look = 0; look < maxLooks && log.end.segment === ended; look++) {
      await commits.probe()
      if (log.end.segment === ended) await pause()
    }
    if (log.end.segment === ended) throw stuck('The log takes nothing now')
    // Until the next backup.
    await log.keepFrom('backup', undefined)
    return (await segmentsThere()).filter((name) => name <= `${ended}.log`)
  }

  async function segmentsThere(): Promise<readonly string[]> {
    return (await readdir(logFolder)).filter((name) => name.endsWith('.log'))
  }

  /** They go once a checkpoint covers them; in those that are kept to be sent on, what the sessions have is written over. */
  async function eraseLog(segments: readonly string[], sessionIds: ReadonlySet<string>): Promise<readonly string[]> {
    for (let look = 0; look < maxLooks; look++) {
      const kept = new Set(log.keptSegments.map(segmentFile))
      const there = new Set(await segmentsThere())
      const left = segments.filter((name) => there.has(name))
      if (left.every((name) => kept.has(name))) {
        await log.emptyKept(sessionIds, emptyBody)
        return segments.flatMap((name) => (there.has(name) ? [] : join('log', name)))
      }
      await store.ask({ kind: 'disk-usage' })
      await pause()
    }
    throw stuck('Segments of the log can not be deleted')
  }

  /** What is damaged is never deleted otherwise; but nobody can tell whose data is in it. */
  async function eraseFiles(sessionIds: readonly string[]): Promise<readonly string[]> {
    const quarantined = (await readdir(folder)).filter(isQuarantined)
    const names = [...quarantined, ...(await listUnstorable(folder, sessionIds))]
    for (const name of names) await rm(join(folder, name), { recursive: true, force: true })
    return names
  }
}

const stuck = (what: string): CollectorError =>
  new CollectorError(
    'store_unavailable',
    `${what}: what was deleted is still in files of the data folder. Ask again; else the next start goes on.`,
  )
