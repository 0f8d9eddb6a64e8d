/** Retains what is stored for as long as it may be, and no more than fits: now and then the oldest is pruned. */
import type { FastifyBaseLogger } from 'fastify'
import { type Clock, type SetTimer, systemTimer } from '../clock.ts'
import type { RetentionFigures } from '../metrics/metrics.ts'
import type { RetentionOptions } from '../options.ts'
import type { ExpirySlice } from '../query/expiry-plan.ts'
import type { AgeClock } from './age-clock.ts'
import { nothing, type Pruned, type Pruner, sumOf } from './pruner.ts'
import type { RetryingStore } from './retrying-store.ts'

export interface Retention {
  /** Runs at once, and then again and again. */
  start(): void
  readonly figures: RetentionFigures
  /** Idempotent. */
  stop(): void
}

export interface RetentionParts {
  readonly settings: RetentionOptions
  readonly pruner: Pruner
  readonly store: Pick<RetryingStore, 'ask'>
  readonly log: { readonly bytes: number }
  readonly wallMs: Clock['wallMs']
  readonly ageClock: AgeClock
  readonly logger: Pick<FastifyBaseLogger, 'info' | 'warn' | 'error'>
  readonly setTimer?: SetTimer
}

/** At most an hour late, and a 24th of what is kept. */
const maxIntervalMs = 3_600_000
const shareOfKeep = 1 / 24
/** A database that does not get smaller by what is deleted is not emptied: the next run goes on. */
const maxRounds = 8
/** Events may be large, and few. */
const sizeSlices = 24
/** The year 9999. */
const endOfTimeMs = 253_402_300_799_000

export function createRetention(parts: RetentionParts): Retention {
  const { settings, pruner, store, log, wallMs, ageClock, logger, setTimer = systemTimer } = parts
  const { keepMs, maxBytes } = settings
  const intervalMs = Math.min(maxIntervalMs, (keepMs ?? Number.POSITIVE_INFINITY) * shareOfKeep)
  const isBounded = keepMs !== undefined || maxBytes !== undefined
  let figures: RetentionFigures = { runs: 0, failures: 0, lastRunMs: undefined, clockAheadMs: 0 }
  let cancel = (): void => {}
  let isStopped = false

  return {
    start() {
      if (isBounded) logger.info({ keepMs, maxBytes }, 'Events are not kept for ever: the oldest are deleted')
      void run()
    },
    get figures() {
      return figures
    },
    stop() {
      isStopped = true
      cancel()
    },
  }

  async function run(): Promise<void> {
    try {
      const ageMs = await readAge()
      if (keepMs !== undefined) tell('for their age', await pruner.prune(await pruner.plan(ageMs - keepMs)))
      if (maxBytes !== undefined) tell('for want of room', await pruneToSize(maxBytes))
      if (isBounded) figures = { ...figures, runs: figures.runs + 1, lastRunMs: wallMs() }
    } catch (error) {
      figures = { ...figures, failures: figures.failures + 1 }
      if (!isStopped) logger.error({ error: String(error) }, 'What is too old could not be deleted; it is tried again')
    }
    if (!isStopped) cancel = setTimer(() => void run(), intervalMs)
  }

  /** Also where all is kept: whoever prunes by hand goes by it. */
  async function readAge(): Promise<number> {
    const { nowMs, aheadMs } = await ageClock.read()
    figures = { ...figures, clockAheadMs: aheadMs }
    if (aheadMs > 0) {
      logger.warn(
        { aheadMs, keepMs },
        'The clock is ahead of how long the collector has run: until it has run on for as long as events are kept, they age by that. `downlink prune --trust-clock` deletes what is too old by the clock',
      )
    }
    return nowMs
  }

  /** Deletes the oldest, as much as the share of the file that is too much, until it fits. */
  async function pruneToSize(bytes: number): Promise<Pruned> {
    let pruned = nothing
    for (let round = 0; round < maxRounds; round++) {
      const { usedBytes } = await store.ask({ kind: 'disk-usage' })
      // A log that is long, since the database is behind, gets shorter by itself: it is no reason to delete all there is.
      const excess = usedBytes - Math.max(bytes - log.bytes, bytes / 2)
      if (excess <= 0) break
      // What came while the clock was ahead takes room, too.
      const slices = await pruner.plan(endOfTimeMs, sizeSlices)
      const wanted = (excess / usedBytes) * rowsOf(sumOf(slices))
      const more = await pruner.prune(oldest(slices, wanted))
      if (rowsOf(more) === 0) break
      pruned = sumOf([pruned, more])
    }
    return pruned
  }

  function tell(why: string, pruned: Pruned): void {
    if (rowsOf(pruned) > 0) logger.info(pruned, `Events were deleted ${why}`)
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

const rowsOf = ({ events, rejected }: Pruned): number => events + rejected
