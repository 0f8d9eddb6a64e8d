import { expect, it } from 'vitest'
import { ledgerInWords } from './ledger-words.ts'
import { aLedger } from './test-doubles.ts'

it.each([
  [{}, 'All of its 100 events are stored. Nothing is missing. It ended in order.'],
  [{ pushed: 0, stored: 0 }, 'It pushed nothing so far.'],
  [
    { stored: 90, rejected: { bad_text: 4 }, dropped: { overflow: 6 } },
    'Of 100 events that it pushed 90 are stored, 4 are rejected (bad_text 4) and 6 are dropped by the client (overflow 6). Nothing is missing. It ended in order.',
  ],
  [
    { stored: 97, missing: 3, balanced: false, ended: false },
    'Of 100 events that it pushed 97 are stored and 3 are missing. It lost its page: its link is gone, it did not say that nothing follows, and it owes events.',
  ],
  [
    { ended: false },
    'All of its 100 events are stored. Nothing is missing. It broke off: its link is gone, and it did not say that nothing follows.',
  ],
  [
    { stored: 97, outstanding: 3, open: true, ended: false },
    'Of 100 events that it pushed 97 are stored and 3 are on the way. Nothing is missing. It goes on.',
  ],
  [
    { delivery: 'plain' as const },
    'All of its 100 events are stored. Nothing is missing. Its sender asks for no acknowledgements, so what never came is not known.',
  ],
  [
    { pushed: 1, stored: 0, rejected: { bad_text: 1 } },
    'Of 1 event that it pushed 1 is rejected (bad_text 1). Nothing is missing. It ended in order.',
  ],
  [
    { stored: 59, expired: 40, rejected: { bad_text: 1 } },
    'Of 100 events that it pushed 59 are stored, 40 have expired and 1 is rejected (bad_text 1). Nothing is missing. It ended in order.',
  ],
  [
    { stored: 0, expired: 1, forgotten: 99 },
    'Of 100 events that it pushed 1 has expired and 99 are forgotten on request. Nothing is missing. It ended in order.',
  ],
  [{ balanced: false }, 'All of its 100 events are stored. The counts do not add up. It ended in order.'],
])('%j', (over, text) => {
  expect(ledgerInWords(aLedger(over))).toBe(text)
})
