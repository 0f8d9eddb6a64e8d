/** Prunes the oldest events until database and log fit into so many bytes, and no more than that takes. */
import type { FastifyBaseLogger } from 'fastify'
import type { LogWriter } from '../log/write-log.ts'
import type { ExpirySlice } from '../query/expiry-plan.ts'
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

/** A database that does not get smaller by what is deleted is not emptied: the next run goes on. */
const maxRounds = 8
/** Events may be large, and few. */
const sizeSlices = 24
/** The year 9999. What came while the clock was ahead takes room, too. */
const endOfTimeMs = 253_402_300_799_000
/**
 * DuckDB frees the blocks of deleted rows once all of a group of 122,880 rows are gone. Of few rows, which are large then,
 * it would free nothing before nearly all were deleted: the database is rewritten, at most for each eighth that comes.
 */
const fewRows = 8 * 122_880
const shareOfFew = 7 / 8

export function createSizePruner({ pruner, store, log, logger }: SizePrunerParts): SizePruner {
  /** A process before may have ended before it had the database rewritten. */
  let mayHoldDeleted = true

  return {
    async prune(maxBytes) {
      let pruned = nothing
      for (let round = 0; round < maxRounds; round++) {
        const { eventBytes, roomBytes } = await measure(maxBytes)
        if (eventBytes <= roomBytes) break
        const slices = await pruner.plan(endOfTimeMs, sizeSlices)
        const rows = rowsOf(sumOf(slices))
        const isFew = rows < fewRows
        if (isFew && mayHoldDeleted) {
          await store.ask({ kind: 'compact' })
          mayHoldDeleted = false
          continue
        }
        const leftBytes = isFew ? roomBytes * shareOfFew : roomBytes
        const more = await pruner.prune(oldest(slices, (1 - leftBytes / eventBytes) * rows))
        if (rowsOf(more) === 0) break
        mayHoldDeleted = true
        pruned = sumOf([pruned, more])
      }
      return pruned
    },
  }

  /** What events take, and may take: not all of them are to go for what can't be deleted. */
  async function measure(maxBytes: number) {
    const { usedBytes, eventBytes } = await store.ask({ kind: 'disk-usage' })
    // A log that is long, since the database is behind, gets shorter by itself.
    const databaseBytes = Math.max(maxBytes - log.bytes - log.keptBytes, maxBytes / 2)
    const otherBytes = usedBytes - eventBytes
    if (otherBytes > databaseBytes / 2) {
      logger.warn(
        { maxBytes, otherBytes },
        'Sessions, which outlive their events, take more than half of the room: events are left the other half beside it',
      )
    }
    return { eventBytes, roomBytes: Math.max(databaseBytes - otherBytes, databaseBytes / 2) }
  }
}

/** The first slices, of so many rows or a little more. */
function oldest(slices: readonly ExpirySlice[], rows: number): readonly ExpirySlice[] {
  let sum = 0
  return slices.filter((slice) => {
    const isWanted = sum < rows
    sum += rowsOf(slice)
    return isWanted
  })
}

export const rowsOf = ({ events, rejected }: Pruned): number => events + rejected
