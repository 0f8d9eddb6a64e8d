/** Forgets sessions: deletes what is stored of them, and erases what files still hold. What an end cuts short is taken up at the next start. */
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { FastifyBaseLogger } from 'fastify'
import type { KeptBackup } from '../backup/kept-backups.ts'
import { maxForgotten } from '../commit/operation.ts'
import { isRecordedId } from '../commit/session-record.ts'
import { CollectorError, type CollectorErrorCode } from '../errors.ts'
import type { MatchingSession } from '../query/matching-sessions.ts'
import { createSerialQueue } from '../serial-queue.ts'
import { writeSmallFile } from '../small-files.ts'
import type { StoreProcess } from '../store-process/store-process.ts'
import type { Eraser, ErasureStep } from './eraser.ts'
import type { Operations } from './operations.ts'
import { nothing, type Pruned, sumOf } from './pruner.ts'
import type { RetryingStore } from './retrying-store.ts'

export interface Forgetter {
  /**
   * The sessions that a condition over the table `sessions` picks. Whoever wrote it may ask for anything.
   *
   * @throws {CollectorError} `bad_sql`, `forbidden_sql`, `query_too_large` and the like, as queries do; `store_unavailable`
   * where the database is away, or behind what was acknowledged
   */
  find(condition: string): Promise<readonly MatchingSession[]>
  /** As `find`, and waits until the database is there. Nobody is missed because he came a moment ago. */
  findOnceThere(condition: string): Promise<readonly MatchingSession[]>
  /**
   * Resolves once no file of the folder holds their data any more. One after the other.
   *
   * @throws {CollectorError} `store_unavailable`, `no_room`: it may be asked for again, and the next start goes on with it;
   * `data_damaged` for what is no session's id, and then nothing is changed
   */
  forget(sessionIds: readonly string[], onProgress?: (progress: ForgetProgress) => void): Promise<Forgotten>
  /** Goes on with what an earlier process did not finish. */
  resume(): void
}

export interface Forgotten extends Pruned {
  readonly sessions: number
  /** What was removed of the data folder, by path: segments of the log, quarantined files, texts of events. */
  readonly files: readonly string[]
  /** Backups of the collector's folder that were made before, and when each goes. */
  readonly backups: readonly KeptBackup[]
  /** Where events are sent on; what was sent before is out of reach. Null where they are not. */
  readonly sentTo: string | null
}

export interface ForgetProgress {
  readonly step: 'waiting' | 'deleting' | ErasureStep | ClusterErasureStep
}

/** Of a cluster: until sinks have come to it, then the rows of the store, then the messages of the stream. */
export type ClusterErasureStep = 'sinks' | 'rows' | 'messages'

export interface ForgetterOptions {
  /** Absolute path of the data folder. */
  readonly folder: string
  readonly operations: Operations
  readonly eraser: Eraser
  /** They are deleted: whoever holds an older answer drops it. */
  readonly onForgotten: () => void
  readonly sentTo: string | undefined
  /** Those that may have the sessions still, once the one that is being made is whole, too: none of them is to be put back unasked. */
  readonly outdateBackups: () => Promise<readonly KeptBackup[]>
  readonly store: Pick<StoreProcess, 'ask'>
  readonly retryingStore: Pick<RetryingStore, 'ask'>
  readonly logger: Pick<FastifyBaseLogger, 'error'>
}

/** A condition that takes too long does so again. */
const away: ReadonlySet<CollectorErrorCode> = new Set(['store_unavailable'])

/** Names the sessions while it is under way; ids say nothing of whose they are. */
const unfinishedFile = 'forgetting.json'

export function createForgetter(options: ForgetterOptions): Forgetter {
  const {
    folder,
    operations,
    eraser,
    onForgotten,
    sentTo = null,
    outdateBackups,
    store,
    retryingStore,
    logger,
  } = options
  const unfinished = join(folder, unfinishedFile)
  const inTurn = createSerialQueue()

  const forgetter: Forgetter = {
    find: (condition) => store.ask({ kind: 'matching-sessions', condition }),
    findOnceThere: (condition) => retryingStore.ask({ kind: 'matching-sessions', condition }, away),
    forget: (sessionIds, onProgress = () => {}) => inTurn(() => forget(sessionIds, onProgress)),
    resume() {
      void readUnfinished()
        .then((sessionIds) => (sessionIds.length > 0 ? forgetter.forget(sessionIds) : undefined))
        .catch(report)
    },
  }
  return forgetter

  function report(error: unknown): void {
    logger.error({ error: String(error) }, 'Sessions that are to be forgotten are still in files of the data folder')
  }

  async function readUnfinished(): Promise<readonly string[]> {
    const text = await readFile(unfinished, 'utf8').catch((error: NodeJS.ErrnoException) => error)
    if (text instanceof Error) {
      if (text.code !== 'ENOENT') report(text)
      return []
    }
    const sessionIds = idsIn(text)
    // It must not keep others from being forgotten.
    if (!sessionIds) report(`Expected the ids of sessions in ${unfinishedFile}, got ${text.slice(0, 100)}`)
    return sessionIds ?? []
  }

  async function forget(
    sessionIds: readonly string[],
    onProgress: (progress: ForgetProgress) => void,
  ): Promise<Forgotten> {
    expectRecordedIds(sessionIds)
    const all = [...new Set([...(await readUnfinished()), ...sessionIds])]
    await writeSmallFile(unfinished, JSON.stringify(all))
    onProgress({ step: 'deleting' })
    let deleted = nothing
    for (let at = 0; at < all.length; at += maxForgotten) {
      deleted = sumOf([deleted, await operations.run({ kind: 'forget', sessionIds: all.slice(at, at + maxForgotten) })])
    }
    onForgotten()
    // Whatever is copied from here on has nothing of them.
    const [files, backups] = await Promise.all([eraser.erase(all, (step) => onProgress({ step })), outdateBackups()])
    await rm(unfinished)
    return { sessions: all.length, ...deleted, files, backups, sentTo }
  }
}

function idsIn(text: string): readonly string[] | undefined {
  try {
    const ids: unknown = JSON.parse(text)
    return Array.isArray(ids) && ids.every((id) => isRecordedId(String(id))) ? ids.map(String) : undefined
  } catch {
    return undefined
  }
}

/** @throws {CollectorError} `data_damaged` where one is no session's id: what is forgotten is erased wherever that text stands */
export function expectRecordedIds(sessionIds: readonly string[]): void {
  const stranger = sessionIds.find((id) => !isRecordedId(id))
  if (stranger !== undefined) {
    throw new CollectorError('data_damaged', `Expected the ids of sessions, got ${stranger.slice(0, 100)}`)
  }
}
