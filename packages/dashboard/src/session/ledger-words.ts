/** Says in words what became of all that a session pushed. */
import type { Ledger } from '@downlink/collector'
import { type Counts, formatCount } from '../format.ts'
import { endOf, eventsOf } from '../sessions/ledger-shares.ts'

/** The first sentence adds up; the others say what that means. */
export function ledgerInWords(ledger: Ledger): string {
  const { pushed, stored, expired, forgotten, missing, outstanding, balanced } = ledger
  const { rejected, dropped } = eventsOf(ledger)
  if (pushed === 0) return 'It pushed nothing so far.'
  const parts = [
    stored > 0 && `${formatCount(stored)} ${are(stored)} stored`,
    expired > 0 && `${formatCount(expired)} ${expired === 1 ? 'has' : 'have'} expired`,
    forgotten > 0 && `${formatCount(forgotten)} ${are(forgotten)} forgotten on request`,
    rejected > 0 && `${formatCount(rejected)} ${are(rejected)} rejected (${listed(ledger.rejected)})`,
    dropped > 0 && `${formatCount(dropped)} ${are(dropped)} dropped by the client (${listed(ledger.dropped)})`,
    missing > 0 && `${formatCount(missing)} ${are(missing)} missing`,
    outstanding > 0 && `${formatCount(outstanding)} ${are(outstanding)} on the way`,
  ].filter((part) => part !== false)
  const sum =
    stored === pushed
      ? `All of its ${formatCount(pushed)} ${pushed === 1 ? 'event' : 'events'} are stored.`
      : `Of ${formatCount(pushed)} ${pushed === 1 ? 'event' : 'events'} that it pushed ${joined(parts)}.`
  return [sum, balanced ? 'Nothing is missing.' : missing === 0 && 'The counts do not add up.', endInWords(ledger)]
    .filter(Boolean)
    .join(' ')
}

function endInWords(ledger: Ledger): string {
  if (ledger.delivery === 'plain') return 'Its sender asks for no acknowledgements, so what never came is not known.'
  switch (endOf(ledger)) {
    case 'ended':
      return 'It ended in order.'
    case 'open':
      return 'It goes on.'
    case 'lost its page':
      return 'It lost its page: its link is gone, it did not say that nothing follows, and it owes events.'
    case 'closed':
      return 'It broke off: its link is gone, and it did not say that nothing follows.'
  }
}

const are = (count: number): string => (count === 1 ? 'is' : 'are')

const joined = (parts: readonly string[]): string =>
  parts.length === 1 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`

const listed = (counts: Counts): string =>
  Object.entries(counts)
    .map(([name, count]) => `${name} ${formatCount(count)}`)
    .join(', ')
