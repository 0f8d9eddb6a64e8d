/** Retains what is stored for as long as it may be, and no more than fits: now and then the oldest is pruned. */
import type { FastifyBaseLogger } from 'fastify'
import { type Clock, type SetTimer, systemTimer } from '../clock.ts'
import type { LogWriter } from '../log/write-log.ts'
import type { RetentionFigures } from '../metrics/metrics.ts'
import type { RetentionOptions } from '../options.ts'
import { createSerialQueue } from '../serial-queue.ts'
import type { AgeClock } from './age-clock.ts'
import type { Pruned, Pruner } from './pruner.ts'
import type { RetryingStore } from './retrying-store.ts'
import { createSizePruner, rowsOf } from './size-pruner.ts'

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
  /** Undefined where nothing is bounded by its size. */
  readonly size: MeasuredSize | undefined
  readonly wallMs: Clock['wallMs']
  readonly ageClock: AgeClock
  /** All that came before is deleted, for its age. */
  readonly onExpired: (receivedBeforeMs: number) => void
  /** Removes at each look what else is to go by then, such as backups that are too old. */
  readonly alsoRemove: (nowMs: number) => Promise<void>
  readonly logger: Pick<FastifyBaseLogger, 'info' | 'warn' | 'error'>
  readonly setTimer?: SetTimer
}

/** Of a database and a log of one's own. */
export interface MeasuredSize {
  readonly store: Pick<RetryingStore, 'ask'>
  readonly log: Pick<LogWriter, 'bytes' | 'keptBytes'>
  /** Of the database, as of its last checkpoint; undefined before the first. */
  readonly usedBytes: () => number | undefined
}

/** At most an hour late, and a 24th of what is kept. */
const maxIntervalMs = 3_600_000
const shareOfKeep = 1 / 24
/** A look at the size costs nothing where there is room: what comes within it may be too much. */
const sizeIntervalMs = 60_000

export function createRetention(parts: RetentionParts): Retention {
  const { settings, pruner, size, wallMs, ageClock, onExpired, alsoRemove, logger, setTimer = systemTimer } = parts
  const { maxBytes, ...kept } = settings
  const { keepMs } = kept
  const intervalMs = Math.min(maxIntervalMs, ...Object.values(kept).map((ms) => ms * shareOfKeep))
  const isBounded = Object.values(settings).some((bound) => bound !== undefined)
  let figures: RetentionFigures = { runs: 0, failures: 0, lastRunMs: undefined, clockAheadMs: 0 }
  const inTurn = createSerialQueue()
  const cancels = new Map<() => Promise<void>, () => void>()
  let isStopped = false

  return {
    start() {
      if (isBounded) logger.info({ ...settings }, 'Not all is kept for ever: the oldest is deleted')
      if (maxBytes !== undefined && size) repeat(pruneBySize(maxBytes, size), sizeIntervalMs)
      repeat(look, intervalMs)
    },
    get figures() {
      return figures
    },
    stop() {
      isStopped = true
      for (const cancel of cancels.values()) cancel()
    },
  }

  /** One after the other: they delete the same. */
  function repeat(work: () => Promise<void>, everyMs: number): void {
    const run = async (): Promise<void> => {
      await inTurn(work).catch(reportFailure)
      if (isStopped) return
      const cancel = setTimer(() => void run(), everyMs)
      cancels.set(work, cancel)
    }
    void run()
  }

  function reportFailure(error: unknown): void {
    figures = { ...figures, failures: figures.failures + 1 }
    if (!isStopped) logger.error({ error: String(error) }, 'What is too old could not be deleted; it is tried again')
  }

  async function look(): Promise<void> {
    const ageMs = await readAge()
    // Neither keeps the other back.
    const outcomes = await Promise.allSettled([
      alsoRemove(ageMs),
      keepMs === undefined ? undefined : pruneByAge(ageMs - keepMs),
    ])
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
    if (isBounded) figures = { ...figures, runs: figures.runs + 1, lastRunMs: wallMs() }
  }

  function pruneBySize(boundBytes: number, { store, log, usedBytes }: MeasuredSize): () => Promise<void> {
    const sizePruner = createSizePruner({ pruner, store, log, logger })
    return async () => {
      const used = usedBytes()
      if (used !== undefined && used + log.bytes + log.keptBytes <= boundBytes) return
      tell('for want of room', await sizePruner.prune(boundBytes))
    }
  }

  async function pruneByAge(receivedBeforeMs: number): Promise<void> {
    tell('for their age', await pruner.prune(await pruner.plan({ receivedBeforeMs })))
    onExpired(receivedBeforeMs)
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

  function tell(why: string, pruned: Pruned): void {
    if (rowsOf(pruned) > 0) logger.info(pruned, `Events were deleted ${why}`)
  }
}
