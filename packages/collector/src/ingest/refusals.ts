/** Counts what was turned away, by reason, and logs it once an origin and hour, for whose game can't get in. */
import { type CloseCode, closeCodes, type FrameErrorCode } from '@downlink/protocol'
import type { FastifyBaseLogger } from 'fastify'

/** As the answers have them. */
export type RefusalReason =
  | FrameErrorCode
  | 'bad_encoding'
  | 'unauthorised'
  | 'forbidden'
  | 'session_forgotten'
  | 'no_hello'
  | 'hole'
  | 'too_fast'
  | 'unavailable'

export interface CountedRefusals {
  /** Null where the sender is no browser; cut to 100 characters. Origins beyond the first hundred are `(other)`. */
  readonly origin: string | null
  readonly reason: RefusalReason
  readonly refusals: number
}

export interface Refusals {
  /** @param message what the sender is told */
  add(reason: RefusalReason, message: string, origin: string | undefined): void
  /** Since this process started. */
  readonly counts: ReadonlyMap<RefusalReason, number>
  readonly total: number
  /** Since this process started, the commonest first. */
  byOrigin(): readonly CountedRefusals[]
}

export interface RefusalsOptions {
  readonly log: Pick<FastifyBaseLogger, 'warn'>
  readonly monotonicMs: () => number
}

/** Those that an operator has to mend, and whose messages hold nothing of what was sent. */
const loggedReasons: ReadonlySet<RefusalReason> = new Set(['unauthorised', 'forbidden'])

const hourMs = 3_600_000
/** Origins that are logged in an hour: anybody can make up more of them. */
const maxOrigins = 100
const otherOrigins = '(other)'

export function createRefusals({ log, monotonicMs }: RefusalsOptions): Refusals {
  const counts = new Map<RefusalReason, number>()
  const loggedOrigins = new Set<string>()
  const origins = new Map<string | null, Map<RefusalReason, number>>()
  let total = 0
  let hourEndsMs = monotonicMs() + hourMs

  return {
    counts,
    get total() {
      return total
    },
    byOrigin: () =>
      [...origins]
        .flatMap(([origin, reasons]) => [...reasons].map(([reason, refusals]) => ({ origin, reason, refusals })))
        .sort((a, b) => b.refusals - a.refusals),
    add(reason, message, origin) {
      const name = origin?.slice(0, 100)
      total++
      count(counts, reason)
      count(reasonsOf(name ?? null), reason)
      if (loggedReasons.has(reason)) logOnce(message, name)
    },
  }

  function reasonsOf(origin: string | null): Map<RefusalReason, number> {
    const key = origins.has(origin) || origins.size < maxOrigins ? origin : otherOrigins
    const reasons = origins.get(key) ?? new Map<RefusalReason, number>()
    origins.set(key, reasons)
    return reasons
  }

  function logOnce(message: string, origin: string | undefined): void {
    if (monotonicMs() >= hourEndsMs) {
      loggedOrigins.clear()
      hourEndsMs = monotonicMs() + hourMs
    }
    const name = origin ?? ''
    if (loggedOrigins.size >= maxOrigins || loggedOrigins.has(name)) return
    loggedOrigins.add(name)
    const rest = loggedOrigins.size === maxOrigins ? ' Of further origins only the count is told, for an hour.' : ''
    log.warn({ origin }, `A sender was refused: ${message}${rest}`)
  }
}

function count(counts: Map<RefusalReason, number>, reason: RefusalReason): void {
  counts.set(reason, (counts.get(reason) ?? 0) + 1)
}

/** Why a socket was closed, where that was a refusal. */
export const refusedBy: { readonly [Code in CloseCode]?: RefusalReason } = {
  [closeCodes.unavailable]: 'unavailable',
  [closeCodes.badFrame]: 'bad_frame',
  [closeCodes.unauthorised]: 'unauthorised',
  [closeCodes.forbidden]: 'forbidden',
  [closeCodes.noHello]: 'no_hello',
  [closeCodes.tooLarge]: 'too_large',
  [closeCodes.tooFast]: 'too_fast',
}
