/** Explains why an event that was waited for is not there: the closest of what came, what was rejected, what the link did. */
import type { CommittedEvent, Ledger, RejectedEvent } from '@downlink/collector'
import { type Difference, payloadDifferences } from './pattern.ts'
import { count, printCounts, printValue } from './print.ts'

export interface Wanted {
  readonly type: string
  /** Undefined where every payload would do. */
  readonly pattern: unknown
  /** Whether a predicate judges, too: of what it refuses nothing can be said but that it came. */
  readonly hasPredicate?: boolean
}

/** All that is known when the time is over. */
export interface Evidence {
  readonly events: readonly CommittedEvent[]
  readonly rejected: readonly RejectedEvent[]
  readonly ledgers: readonly Ledger[]
  /** How often pages have connected. */
  readonly attempts: number
  /** How often pages of an earlier test have tried to. */
  readonly refused: number
  /** What there is to say of the pages, and what their browser says, a line each. */
  readonly pages: readonly string[]
}

const shown = 3

/** Lines of text, without colours. */
export function explainMiss(wanted: Wanted, evidence: Evidence): readonly string[] {
  const { type } = wanted
  const { events, rejected, pages } = evidence
  if (events.length === 0 && rejected.length === 0) return [...explainSilence(evidence), ...pages.map(indent)]
  const sameType = events.filter((event) => event.type === type)
  return [
    `Received: ${count(events.length, 'event')}${events.length > 0 ? `: ${printCounts(events.map((event) => event.type))}` : ''}`,
    ...(sameType.length > 0 ? nearest(sameType, wanted) : similarTypes(type, events)),
    ...rejections(type, rejected),
    ...explainPages(evidence),
  ]
}

/** What the pages may have to do with it, under a line of their own. */
export const explainPages = ({ pages }: Pick<Evidence, 'pages'>): readonly string[] =>
  pages.length > 0 ? ['Pages:', ...pages.map(indent)] : []

const indent = (line: string): string => `  ${line}`

function nearest(events: readonly CommittedEvent[], { pattern, hasPredicate = false }: Wanted): readonly string[] {
  const misses = events
    .map((event) => ({ event, differences: payloadDifferences(pattern, event.data) }))
    .filter(({ differences }) => hasPredicate || differences.length > 0)
  if (misses.length === 0) return []
  // The newest first among those that are equally far off.
  misses.reverse().sort((a, b) => a.differences.length - b.differences.length)
  const lines = misses
    .slice(0, shown)
    .flatMap(({ event, differences }) => [
      `  ${event.type} #${event.seq} ${printValue(event.data)}`,
      ...differences.slice(0, shown).map((difference) => `    ${printDifference(difference)}`),
    ])
  return [`Nearest of ${events.length}:`, ...lines]
}

const printDifference = ({ path, expected, received }: Difference): string =>
  `${path === '' ? 'data' : path}: expected ${printValue(expected)}, received ${printValue(received)}`

/** `shipDestroyed` for `ship_destroyed` is the usual slip. */
function similarTypes(type: string, events: readonly CommittedEvent[]): readonly string[] {
  const plain = (name: string): string => name.replace(/[^\p{L}\p{N}]/gu, '').toLowerCase()
  const wanted = plain(type)
  const types = [...new Set(events.map((event) => event.type))]
  const similar = types.filter((other) => plain(other).includes(wanted) || wanted.includes(plain(other)))
  return similar.length > 0 ? [`Similar: ${similar.slice(0, shown).join(', ')}`] : []
}

function rejections(type: string, rejected: readonly RejectedEvent[]): readonly string[] {
  if (rejected.length === 0) return []
  const isWanted = ({ raw }: RejectedEvent): boolean => raw.includes(JSON.stringify(type))
  const first = [...rejected.filter(isWanted), ...rejected.filter((one) => !isWanted(one))].slice(0, shown)
  return [
    `Rejected: ${count(rejected.length, 'event')}: ${printCounts(rejected.map(({ code }) => code))}`,
    ...first.map(({ seq, code, message, raw }) => `  #${seq} ${code}: ${message} in ${raw.slice(0, 120)}`),
  ]
}

function explainSilence({ attempts, refused, ledgers, pages }: Evidence): readonly string[] {
  if (ledgers.some(({ pushed }) => pushed > 0)) {
    return ['Received: nothing, but:', ...ledgers.map((ledger) => indent(printLedger(ledger)))]
  }
  if (ledgers.length > 0)
    return [`Received: nothing. ${count(ledgers.length, 'session')} began, and pushed nothing yet.`]
  if (attempts > 0) {
    return [`Received: nothing. Pages have connected ${count(attempts, 'time')}, and none has begun a session.`]
  }
  return ['Received: nothing. No page has connected:', ...(refused > 0 ? [earlier] : pages.length > 0 ? [] : questions)]
}

const earlier =
  '  A page with the address of an earlier test was refused: a page belongs to the test that opened it (`beforeAll` is none)'

const questions: readonly string[] = [
  '  Is telemetry started in the page?',
  '  Does a `page.route` or `page.routeWebSocket` of the test take what it sends?',
]

/** The equation of a session. @example 'session 0197…: 12 pushed = 11 stored + 1 rejected (invalid_payload × 1)' */
export function printLedger(ledger: Ledger): string {
  const { sessionId, pushed, stored, rejected, dropped, missing, outstanding } = ledger
  const terms = [
    `${stored} stored`,
    ...printTerm('rejected', rejected),
    ...printTerm('dropped', dropped),
    ...(missing > 0 ? [`${missing} missing`] : []),
    ...(outstanding > 0 ? [`${outstanding} outstanding`] : []),
  ]
  return `session ${sessionId}: ${pushed} pushed = ${terms.join(' + ')}`
}

function printTerm(name: string, counts: Readonly<Record<string, number | undefined>>): readonly string[] {
  const entries = Object.entries(counts).filter(([, number = 0]) => number > 0)
  if (entries.length === 0) return []
  const sum = entries.reduce((total, [, number = 0]) => total + number, 0)
  return [`${sum} ${name} (${entries.map(([reason, number]) => `${reason} × ${number}`).join(', ')})`]
}
