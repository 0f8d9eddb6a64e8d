import type { Ledger } from '@downlink/collector'
import { expect, it } from 'vitest'
import { outcomeOf, sharesOf } from './ledger-shares.ts'

const aLedger = (over: Partial<Ledger>): Ledger => ({
  sessionId: 's',
  delivery: 'acked',
  pushed: 100,
  stored: 100,
  expired: 0,
  forgotten: 0,
  rejected: {},
  dropped: {},
  missing: 0,
  outstanding: 0,
  ended: false,
  open: true,
  balanced: true,
  firstSeen: 0,
  lastSeen: 0,
  ...over,
})

it('fills the bar, and only with what there is', () => {
  const shares = sharesOf(aLedger({ stored: 50, rejected: { bad_text: 20, too_deep: 5 }, dropped: { overflow: 25 } }))
  expect(shares.map(({ part, start, width }) => [part, start, width])).toEqual([
    ['stored', 0, 50],
    ['rejected', 50, 25],
    ['dropped', 75, 25],
  ])
  expect(sharesOf(aLedger({ pushed: 0, stored: 0 }))).toEqual([])
  const removed = sharesOf(aLedger({ stored: 40, expired: 30, forgotten: 30 }))
  expect(removed.map(({ part, start, width }) => [part, start, width])).toEqual([
    ['stored', 0, 40],
    ['expired', 40, 30],
    ['forgotten', 70, 30],
  ])
})

it('shows one missing event in a million', () => {
  const [, missing] = sharesOf(aLedger({ pushed: 1_000_000, stored: 999_999, missing: 1 }))
  expect(missing?.part).toBe('missing')
  expect(missing?.width).toBeGreaterThan(1.9)
})

it.each([
  [{}, { kind: 'stored' }],
  [{ pushed: 0, stored: 0 }, { kind: 'silent' }],
  [{ stored: 0, rejected: { bad_event: 60, too_deep: 40 } }, { kind: 'empty' }],
  [{ stored: 0, dropped: { disabled: 100 } }, { kind: 'empty' }],
  [
    { stored: 98, rejected: { bad_text: 1 }, dropped: { overflow: 1 } },
    { kind: 'rejected', events: 1 },
  ],
  [
    { stored: 60, dropped: { disabled: 40 } },
    { kind: 'dropped', events: 40 },
  ],
  [
    { stored: 90, rejected: { bad_text: 10 }, outstanding: 3, pushed: 103 },
    { kind: 'flowing', events: 3 },
  ],
  [
    { stored: 97, outstanding: 3 },
    { kind: 'flowing', events: 3 },
  ],
  [
    { stored: 95, outstanding: 3, missing: 2, balanced: false },
    { kind: 'missing', events: 2 },
  ],
  [
    { stored: 60, expired: 40 },
    { kind: 'expired', events: 40 },
  ],
  [
    { stored: 0, expired: 100 },
    { kind: 'expired', events: 100 },
  ],
  [
    { stored: 0, expired: 95, rejected: { bad_text: 5 } },
    { kind: 'rejected', events: 5 },
  ],
  [
    { stored: 0, expired: 10, forgotten: 85, rejected: { bad_text: 5 } },
    { kind: 'forgotten', events: 85 },
  ],
  [
    { stored: 0, expired: 97, outstanding: 3 },
    { kind: 'flowing', events: 3 },
  ],
  [
    { stored: 0, expired: 98, missing: 2, balanced: false },
    { kind: 'missing', events: 2 },
  ],
  [{ stored: 99, balanced: false }, { kind: 'unbalanced' }],
])('%j is %j', (over, outcome) => {
  expect(outcomeOf(aLedger(over))).toEqual(outcome)
})
