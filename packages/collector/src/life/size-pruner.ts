/** Prunes the oldest events until database and log fit into so many bytes, and no more than that takes. */
import type { FastifyBaseLogger } from 'fastify'
import type { LogWriter } from '../log/write-log.ts'
import type { ExpirySlice } from '../query/expiry-plan.ts'
import { type DiskUsage, rowsOfGroup } from '../store/disk-usage.ts'
import { nothing, type Pruned, type Pruner, sumOf } from './pruner.ts'
import type { RetryingStore } from './retrying-store.ts'

export interface SizePruner {
  /** @throws {CollectorError} `store_unavailable`; `no_room` for rewriting the database, and then nothing more is deleted */
  prune(maxBytes: number): Promise<Pruned>
}

export interface SizePrunerParts {
  readonly pruner: Pruner
  readonly store: Pick<RetryingStore, 'ask'>
  readonly log: Pick<LogWriter, 'bytes' | 'keptBytes'>
  readonly logger: Pick<FastifyBaseLogger, 'warn'>
}

interface TakenRoom extends Pick<DiskUsage, 'eventBytes' | 'rows'> {
  /** That events may take. */
  readonly roomBytes: number
}

/** Events may be large, and few. */
const minSlices = 24
/** The year 9999. What came while the clock was ahead takes room, too. */
const endOfTimeMs = 253_402_300_799_000
/**
 * Of few rows, which are large then, the engine would free nothing before nearly all were deleted: the database is
 * rewritten, at most for each eighth that comes.
 */
const fewRows = 8 * rowsOfGroup
const shareOfFew = 7 / 8
/** Of many rows these should have freed a group at least, unless the oldest do not stand first. */
const maxUnfreedRows = 3 * rowsOfGroup

export function createSizePruner({ pruner, store, log, logger }: SizePrunerParts): SizePruner {
  /** Rows that were deleted and may still have their blocks. A process before may have ended before they were freed. */
  let unfreedRows = 1

  return {
    async prune(maxBytes) {
      let pruned = nothing
      let planned: readonly ExpirySlice[] = []
      let lastBytes = 0
      for (;;) {
        const taken = await measure(maxBytes)
        if (taken.eventBytes <= taken.roomBytes) return pruned
        if (taken.eventBytes < lastBytes) unfreedRows = Math.min(unfreedRows, 1)
        lastBytes = taken.eventBytes
        const isFew = taken.rows < fewRows
        const unfreedBound = isFew ? 0 : maxUnfreedRows
        if (unfreedRows > unfreedBound) {
          await store.ask({ kind: 'compact' })
          unfreedRows = 0
          continue
        }
        if (isFew || planned.length === 0) {
          planned = await pruner.plan({ receivedBeforeMs: endOfTimeMs, minSlices, isWeighed: isFew })
        }
        const wanted = isFew ? oldestOf(planned, taken) : planned.slice(0, 1)
        planned = planned.slice(wanted.length)
        const more = await pruner.prune(wanted)
        if (rowsOf(more) === 0) return pruned
        unfreedRows += rowsOf(more)
        pruned = sumOf([pruned, more])
      }
    },
  }

  /** Not all events are to go for what can't be deleted. */
  async function measure(maxBytes: number): Promise<TakenRoom> {
    const { eventBytes, otherBytes, rows } = await store.ask({ kind: 'disk-usage' })
    // A log that is long, since the database is behind, gets shorter by itself.
    const databaseBytes = Math.max(maxBytes - log.bytes - log.keptBytes, maxBytes / 2)
    if (otherBytes > databaseBytes / 2) {
      logger.warn(
        { maxBytes, otherBytes },
        'Sessions, which outlive their events, take more than half of the room: events are left the other half beside it',
      )
    }
    return { eventBytes, rows, roomBytes: Math.max(databaseBytes - otherBytes, databaseBytes / 2) }
  }
}

/** Slices of few rows, up to where the rest fits; and as many more as leave all but an eighth of the room in use. */
function oldestOf(slices: readonly ExpirySlice[], { eventBytes, roomBytes }: TakenRoom): readonly ExpirySlice[] {
  const bytesPerTextByte = eventBytes / slices.reduce((sum, { textBytes }) => sum + textBytes, 0)
  let leftBytes = eventBytes
  const last = slices.findIndex(({ textBytes }) => {
    const isEnough = leftBytes <= roomBytes
    leftBytes -= textBytes * bytesPerTextByte
    return isEnough && leftBytes < roomBytes * shareOfFew
  })
  return last === -1 ? slices : slices.slice(0, last)
}

export const rowsOf = ({ events, rejected }: Pruned): number => events + rejected
