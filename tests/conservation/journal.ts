/** Remembers what pages have pushed and what they were promised, and compares it with what a database has. */

import type { AcceptedEvent } from '../../packages/collector/src/commit/encoded-events.ts'
import type { EarlierLabels } from '../../packages/collector/src/commit/session-batch.ts'
import { newRecord, type SessionRecord } from '../../packages/collector/src/commit/session-record.ts'
import type { Content } from './model-database.ts'
import { expectThat } from './violation.ts'

/** What is known of a session beside its events. */
export interface Entry {
  /** The highest sequence that was given out. */
  pushed: number
  /** The highest that the collector has acknowledged. */
  acked: number
  /** All at or below it outlive their page. */
  written: number
  /** Something was damaged, or switched off, since: what it was promised is void, but its ledger has to add up. */
  isVoid: boolean
}

export interface Journal {
  readonly entries: ReadonlyMap<string, Entry>
  /** Makes it, if need be. */
  entryOf(session: string): Entry
  acknowledge(session: string, acked: number): void
  /** @returns the payload of a further event, which no other has */
  nextPayload(): { readonly n: number }
  void(): void
  /** Nothing that was promised is still to come. */
  readonly isKept: boolean
  /** @throws {Violation} where the database tells another story */
  check(content: Content): void
}

export const eventType = 'tick'

/** What a page says before it pushes an event with this payload: each holds for some events, and so does none. */
export const saidBefore = ({ n }: { readonly n: number }) => ({
  context: { level: n % 12 < 4 ? null : Math.floor(n / 4) },
  labels: { player: n % 15 < 5 ? null : `p${Math.floor(n / 5) % 2}` },
})

export function createJournal(): Journal {
  const entries = new Map<string, Entry>()
  let payloads = 0
  return {
    entries,
    entryOf,
    acknowledge(session, acked) {
      const entry = entryOf(session)
      entry.acked = Math.max(entry.acked, acked)
    },
    nextPayload: () => ({ n: ++payloads }),
    void() {
      for (const entry of entries.values()) entry.isVoid = true
    },
    get isKept() {
      return [...entries.values()].every(({ acked, written, isVoid }) => isVoid || acked >= written)
    },
    check({ rows, stored, labels }) {
      const seen = new Set<string>()
      for (const id of rows.keys()) expectThat(entries.has(id), () => `${id} is nobody's`)
      for (const [id, entry] of entries) {
        const events = stored.get(id) ?? []
        const row = rows.get(id) ?? newRecord(id, 0)
        checkSession(id, entry, row, events)
        if (!entry.isVoid) checkSaid(row, events, labels.get(id) ?? [])
        for (const { event } of entry.isVoid ? [] : events) {
          expectThat(!seen.has(event.json), () => `${event.json} is stored in two sessions`)
          seen.add(event.json)
        }
      }
    },
  }

  function entryOf(session: string): Entry {
    const known = entries.get(session) ?? { pushed: 0, acked: 0, written: 0, isVoid: false }
    entries.set(session, known)
    return known
  }

  function checkSaid(row: SessionRecord, events: readonly AcceptedEvent[], earlier: readonly EarlierLabels[]): void {
    const spans = [...earlier, { from: row.labelsFrom ?? 1, until: Number.POSITIVE_INFINITY, labels: row.labels }]
    for (const { seq, event, context = '{}' } of events) {
      const said = saidBefore(JSON.parse(event.json))
      const players = spans.filter(({ from, until }) => from <= seq && seq < until).map(({ labels }) => labels?.player)
      const words = (): string => `${seq} as of another push: ${JSON.stringify({ said, context, players, spans, row })}`
      expectThat((JSON.parse(context).level ?? null) === said.context.level, words)
      expectThat(players.length === 1 && (players[0] ?? null) === said.labels.player, words)
    }
  }

  function checkSession(id: string, entry: Entry, row: SessionRecord, events: readonly AcceptedEvent[]): void {
    const words = (what: string) => (): string => `${what}: ${JSON.stringify({ id, entry, row, events })}`
    expectThat(isAscending(events.map(({ seq }) => seq)), words('twice, or out of order'))
    expectThat(isAscending(events.map(({ event }) => JSON.parse(event.json).n)), words('in another order'))
    const isOwn = events.every(({ event }) => event.type === eventType && JSON.parse(event.json).n <= payloads)
    expectThat(isOwn, words('never pushed'))
    expectThat(row.stored === events.length, words('not as many as are counted'))
    expectThat(
      row.stored + sumOf(row.rejected) + sumOf(row.dropped) + row.missing === row.committedSeq,
      words('does not add up'),
    )
    if (entry.isVoid) return
    expectThat(row.committedSeq <= row.pushed && row.pushed <= entry.pushed, words('more than was pushed'))
    expectThat(row.missing === 0, words('missing, though nothing was damaged'))
    expectThat(row.committedSeq >= entry.acked, words('acknowledged, and gone'))
    expectThat(row.committedSeq >= entry.written, words('written, and gone'))
  }
}

const isAscending = (numbers: readonly number[]): boolean =>
  numbers.every((number, at) => number > (numbers[at - 1] ?? 0))

const sumOf = (counts: object): number => Object.values(counts).reduce((sum: number, count) => sum + Number(count), 0)
