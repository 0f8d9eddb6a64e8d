/** Accounts for what players sent: what a database, its ledgers and its dumps have to hold of it. */
import { expect } from 'vitest'
import { expectLedgersToAddUp } from '../../packages/collector/test/ledger-equation.ts'
import { droppedInBatch, type PlayedBatch, type Player, rejectedInBatch, sequencesOf } from './player.ts'

/** Gives the rows of one SELECT over a collector's tables. */
export type Query = (sql: string) => Promise<readonly (readonly unknown[])[]>

type Players = readonly Player[]

export const storedBy = (players: Players): readonly PlayedBatch[] =>
  players.flatMap(({ batches }) => batches.filter(({ fate }) => fate === 'stored'))

/** What came before a time is too old. */
export function expire(players: Players, receivedBeforeMs: number): void {
  for (const batch of storedBy(players)) if (batch.receivedAtMs < receivedBeforeMs) batch.fate = 'expired'
}

/** What a restored database and the log do not have any more. */
export function loseWhatIsGone(players: Players, there: ReadonlyMap<string, string>): void {
  for (const { session, batches } of players) {
    const seqs = new Set(there.get(session)?.split(' ').map(Number))
    for (const batch of batches) if (batch.fate === 'stored' && !seqs.has(batch.seq)) batch.fate = 'lost'
  }
}

/** Each ledger has each event by what became of it, and what counts as stored is there. */
export async function expectAccounts(query: Query, players: Players): Promise<void> {
  await expectLedgersToAddUp(query)
  const played = players.filter(({ batches }) => batches.length > 0)
  expect(inOrder(await query(selectLedgers))).toEqual(inOrder(played.map(ledgerOf)))
  const expected = played.map(({ session, batches }) => [session, seqsOf(batches, ({ fate }) => fate === 'stored')])
  expect(await storedSequences(query)).toEqual(
    new Map(expected.filter(([, seqs]) => seqs !== '') as [string, string][]),
  )
}

/** A dump holds all that was stored when it was made, each event once. Who was forgotten since is not looked for. */
export async function expectDumped(query: Query, table: string, players: Players): Promise<void> {
  const dumped = await storedSequences(query, table)
  for (const { session, batches, isForgotten } of players) {
    if (!isForgotten) expect(dumped.get(session) ?? '').toBe(seqsOf(batches, ({ isDumped }) => isDumped))
  }
}

const selectLedgers = `SELECT session_id, pushed::INT, stored::INT, expired::INT, forgotten::INT, rejected::INT,
  dropped::INT, missing::INT, outstanding::INT FROM ledgers`

function ledgerOf({ session, batches }: Player): readonly unknown[] {
  const sum = (of: readonly PlayedBatch[], count: (batch: PlayedBatch) => number) =>
    of.reduce((total, batch) => total + count(batch), 0)
  const eventsOf = (wanted: PlayedBatch['fate']) =>
    sum(
      batches.filter(({ fate }) => fate === wanted),
      ({ events }) => events,
    )
  const lost = batches.filter(({ fate }) => fate === 'lost')
  const heard = batches.length - lost.length
  return [
    ...[session, sum(batches, sequencesOf), eventsOf('stored'), eventsOf('expired'), eventsOf('forgotten')],
    ...[heard * rejectedInBatch, heard * droppedInBatch, sum(lost, sequencesOf), 0],
  ]
}

/** Of each session its stored sequences, as text. */
export const storedSequences = async (query: Query, table = 'events'): Promise<ReadonlyMap<string, string>> =>
  new Map(
    (await query(`SELECT session_id, string_agg(seq, ' ' ORDER BY seq) FROM ${table} GROUP BY session_id`)).map(
      ([session, seqs]) => [String(session), String(seqs)],
    ),
  )

const seqsOf = (batches: readonly PlayedBatch[], isWanted: (batch: PlayedBatch) => boolean): string =>
  batches
    .filter(isWanted)
    .flatMap(({ seq, events }) => Array.from({ length: events }, (_, at) => seq + at))
    .join(' ')

const inOrder = (rows: readonly (readonly unknown[])[]): readonly (readonly unknown[])[] =>
  rows.toSorted(([a], [b]) => String(a).localeCompare(String(b)))
