/** Counts what was turned away, by reason, and logs it once an origin and hour, for whose game can't get in. */
import { type CloseCode, closeCodes, type FrameErrorCode } from '@downlink/protocol'
import type { FastifyBaseLogger } from 'fastify'

/** As the answers spell them. */
export type RefusalReason =
  | FrameErrorCode
  | 'bad_encoding'
  | 'unauthorised'
  | 'forbidden'
  | 'no_hello'
  | 'hole'
  | 'too_fast'
  | 'unavailable'

export interface Refusals {
  /** @param message what the sender is told */
  add(reason: RefusalReason, message: string, origin: string | undefined): void
  /** Since this process started. */
  readonly counts: ReadonlyMap<RefusalReason, number>
  readonly total: number
}

export interface RefusalsOptions {
  readonly log: Pick<FastifyBaseLogger, 'warn'>
  readonly monotonicMs: () => number
}

/** Those that an operator has to mend, and whose messages hold nothing of what was sent. */
const logged: ReadonlySet<RefusalReason> = new Set(['unauthorised', 'forbidden'])

const hourMs = 3_600_000
/** Origins told of in an hour: anybody can make up more of them. */
const maxOrigins = 100

export function createRefusals({ log, monotonicMs }: RefusalsOptions): Refusals {
  const counts = new Map<RefusalReason, number>()
  const told = new Set<string>()
  let total = 0
  let hourEndsMs = monotonicMs() + hourMs

  return {
    counts,
    get total() {
      return total
    },
    add(reason, message, origin) {
      total++
      counts.set(reason, (counts.get(reason) ?? 0) + 1)
      if (logged.has(reason)) tell(message, origin?.slice(0, 100))
    },
  }

  function tell(message: string, origin: string | undefined): void {
    if (monotonicMs() >= hourEndsMs) {
      told.clear()
      hourEndsMs = monotonicMs() + hourMs
    }
    const name = origin ?? ''
    if (told.size >= maxOrigins || told.has(name)) return
    told.add(name)
    const rest = told.size === maxOrigins ? ' Of further origins only the count is told, for an hour.' : ''
    log.warn({ origin }, `A sender was refused: ${message}${rest}`)
  }
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
