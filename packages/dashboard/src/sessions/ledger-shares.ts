/** Cuts a ledger into shares of what was pushed, and judges it in one word. */
import type { Ledger } from '@downlink/collector'
import type { Counts } from '../format.ts'

export const ledgerParts = ['stored', 'expired', 'forgotten', 'rejected', 'dropped', 'missing', 'outstanding'] as const
export type LedgerPart = (typeof ledgerParts)[number]

export interface Share {
  readonly part: LedgerPart
  readonly events: number
  /** Where its bar starts and how wide it is, of 100. */
  readonly start: number
  readonly width: number
}

export type LedgerOutcome =
  /** All is stored, or nothing was pushed. */
  | { readonly kind: 'stored' | 'silent' }
  /** Nothing ever was stored: all was rejected or dropped. */
  | { readonly kind: 'empty' }
  /** All is accounted for, but not all is stored. */
  | { readonly kind: 'rejected' | 'dropped' | 'expired' | 'forgotten'; readonly events: number }
  /** Some events are still expected. */
  | { readonly kind: 'flowing'; readonly events: number }
  | { readonly kind: 'missing'; readonly events: number }
  /** The collector's counts don't add up. */
  | { readonly kind: 'unbalanced' }

/** One lost event in a million must still be seen. */
const minWidth = 2

const total = (counts: Counts): number => Object.values(counts).reduce((sum, count) => sum + count, 0)

export function eventsOf(ledger: Ledger): Readonly<Record<LedgerPart, number>> {
  const { stored, expired, forgotten, missing, outstanding } = ledger
  return {
    stored,
    expired,
    forgotten,
    rejected: total(ledger.rejected),
    dropped: total(ledger.dropped),
    missing,
    outstanding,
  }
}

export function sharesOf(ledger: Ledger): readonly Share[] {
  const events = eventsOf(ledger)
  const present = ledgerParts.filter((part) => events[part] > 0)
  const weights = present.map((part) => Math.max(minWidth, (events[part] / Math.max(1, ledger.pushed)) * 100))
  const sum = weights.reduce((all, weight) => all + weight, 0)
  let start = 0
  return present.map((part, at) => {
    const width = ((weights[at] ?? 0) / sum) * 100
    const share = { part, events: events[part], start, width }
    start += width
    return share
  })
}

export function outcomeOf(ledger: Ledger): LedgerOutcome {
  const { stored, expired, forgotten, rejected, dropped } = eventsOf(ledger)
  const accounted = total(eventsOf(ledger))
  if (accounted !== ledger.pushed) return { kind: 'unbalanced' }
  if (ledger.missing > 0) return { kind: 'missing', events: ledger.missing }
  if (ledger.outstanding > 0) return { kind: 'flowing', events: ledger.outstanding }
  if (ledger.pushed === 0) return { kind: 'silent' }
  if (forgotten > 0) return { kind: 'forgotten', events: forgotten }
  if (stored + expired === 0) return { kind: 'empty' }
  if (rejected > 0) return { kind: 'rejected', events: rejected }
  if (dropped > 0) return { kind: 'dropped', events: dropped }
  return expired > 0 ? { kind: 'expired', events: expired } : { kind: 'stored' }
}

/** How it stands with a session's end. One that never ended and owes events has lost its page: by a crash, or its network. */
export function endOf({ open, ended, missing }: Ledger): 'open' | 'ended' | 'lost its page' | 'closed' {
  if (ended) return 'ended'
  if (open) return 'open'
  return missing > 0 ? 'lost its page' : 'closed'
}
