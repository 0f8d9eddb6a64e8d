/**
 * Erases what the tables have of sessions that were forgotten. Nothing of it is read any more as soon as the sink has come to
 * that; this takes the rows themselves, also those that a sink which was held up wrote afterwards.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { OperationResult } from '../commit/operation.ts'
import { CollectorError } from '../errors.ts'
import type { Connection } from './connection.ts'
import { quoteText } from './quote.ts'

/** All of a session up to a sequence, as the sink of its partition has come to it at this place. */
interface ForgottenSession {
  readonly session_id: string
  readonly up_to: number
  readonly place: number
}

/** Ids of 70 characters, each twice in a statement: the server parses 256 KiB of one. */
const maxNamed = 500

/** An hour: a mutation rewrites each part that has such a row, whatever its size. */
const patience = { looks: 3600, pauseMs: 1000 }

/**
 * @param sessionIds those that were forgotten; undefined: whoever ever was
 * @param wait resolves that many ms later
 * @returns rows that were deleted, of them: events and rejected events that nobody could read any more
 * @throws {CollectorError} `store_unavailable` where sinks have not come to it yet, or the rows are still there after an hour
 */
export async function eraseForgotten(
  connection: Pick<Connection, 'rows' | 'run'>,
  sessionIds?: readonly string[],
  wait: (ms: number) => Promise<unknown> = delay,
): Promise<OperationResult> {
  const total = { events: 0, rejected: 0 }
  for (const some of pagesOf(sessionIds ?? (await readUnerased(connection)))) {
    const forgotten = await readForgotten(connection, some)
    if (sessionIds && forgotten.length < some.length) throw notSunk(some.length - forgotten.length)
    if (forgotten.length === 0) continue
    const { events, rejected } = await eraseSome(connection, forgotten, wait)
    total.events += events
    total.rejected += rejected
  }
  return total
}

function pagesOf(sessionIds: readonly string[]): readonly (readonly string[])[] {
  const pages: (readonly string[])[] = []
  for (let at = 0; at < sessionIds.length; at += maxNamed) pages.push(sessionIds.slice(at, at + maxNamed))
  return pages
}

/** Those of all that ever were forgotten of whom a table has such rows. */
async function readUnerased({ rows }: Pick<Connection, 'rows'>): Promise<readonly string[]> {
  const unerased = new Set<string>()
  for (const [table, conditionOf] of Object.entries(tables)) {
    const found = await rows<Pick<ForgottenSession, 'session_id'>>(
      `SELECT DISTINCT session_id FROM ${table} INNER JOIN (
          SELECT session_id, up_to AS gone_up_to, toInt64(place) AS gone_place FROM forgotten_sessions FINAL
        ) AS gone USING (session_id)
        WHERE session_id IN (SELECT session_id FROM forgotten_sessions) AND ${conditionOf('gone_up_to', 'gone_place')}`,
    )
    for (const { session_id } of found) unerased.add(session_id)
  }
  return [...unerased]
}

/** Those whose sink has written the record that counts what was forgotten: it makes that of the one before, if it must again. */
function readForgotten(
  { rows }: Pick<Connection, 'rows'>,
  sessionIds: readonly string[],
): Promise<readonly ForgottenSession[]> {
  const names = sessionIds.map(quoteText).join(', ')
  return rows(
    `SELECT session_id, up_to, place FROM forgotten_sessions FINAL INNER JOIN (
        SELECT session_id, max(place) AS record_place FROM session_rows WHERE session_id IN (${names}) GROUP BY session_id
      ) AS record USING (session_id)
      WHERE session_id IN (${names}) AND record_place >= place`,
  )
}

async function eraseSome(
  connection: Pick<Connection, 'rows' | 'run'>,
  forgotten: readonly ForgottenSession[],
  wait: (ms: number) => Promise<unknown>,
): Promise<OperationResult> {
  const conditions = conditionsOf(forgotten)
  const events = await countRows(connection, 'event_rows FINAL', conditions.event_rows)
  const rejected = await countRows(connection, 'rejected_rows FINAL', conditions.rejected_rows)
  for (let looks = 0; looks < patience.looks; looks++) {
    if (looks > 0) await wait(Math.min(patience.pauseMs, 20 * 2 ** looks))
    // It may be that of another sink, or of a collector: the rows of both are mostly the same.
    if (await isMutating(connection)) continue
    let isLeft = false
    for (const [table, condition] of Object.entries(conditions)) {
      // In its parts that are in force, for those before a mutation go a while later.
      if ((await countRows(connection, table, condition)) === 0) continue
      isLeft = true
      // It may take longer than any request: whether it is done is asked.
      await connection.run(`ALTER TABLE ${table} DELETE WHERE ${condition} SETTINGS mutations_sync = 0`)
    }
    if (!isLeft) return { events, rejected }
  }
  throw new CollectorError('store_unavailable', 'What was forgotten is still in tables of ClickHouse. Ask again.')
}

async function isMutating({ rows }: Pick<Connection, 'rows'>): Promise<boolean> {
  const names = Object.keys(tables).map(quoteText).join(', ')
  const [found] = await rows<{ n: number }>(
    `SELECT count() AS n FROM system.mutations
      WHERE database = currentDatabase() AND table IN (${names}) AND NOT is_done AND NOT is_killed`,
  )
  return (found?.n ?? 0) > 0
}

/** Of one table: a statement of ours is parsed as a whole. */
async function countRows({ rows }: Pick<Connection, 'rows'>, table: string, condition: string): Promise<number> {
  const [found] = await rows<{ n: number }>(`SELECT count() AS n FROM ${table} WHERE ${condition}`)
  return found?.n ?? 0
}

/** In SQL, of the sequence and of the place up to which all of a row's session is gone. */
type ConditionOf = (upTo: string, place: string) => string

const rowsOf: ConditionOf = (upTo) => `seq <= ${upTo}`

const tables = {
  event_rows: rowsOf,
  rejected_rows: rowsOf,
  // A day that is too old, and not counted yet.
  expiring_events: rowsOf,
  expiring_rejected: rowsOf,
  earlier_labels: (upTo) => `from_seq <= ${upTo}`,
  // The row before, which has the labels in force then, is there until the server replaces it.
  session_rows: (_, place) => `toInt64(place) < ${place}`,
} satisfies Readonly<Record<string, ConditionOf>>

function conditionsOf(forgotten: readonly ForgottenSession[]) {
  const ids = forgotten.map(({ session_id }) => quoteText(session_id)).join(', ')
  const of = (name: 'up_to' | 'place'): string =>
    `transform(session_id, [${ids}], [${forgotten.map((one) => `toInt64(${one[name]})`).join(', ')}], toInt64(-1))`
  const conditions = Object.entries(tables).map(([table, conditionOf]) => [
    table,
    `session_id IN (${ids}) AND ${conditionOf(of('up_to'), of('place'))}`,
  ])
  return Object.fromEntries(conditions) as Readonly<Record<keyof typeof tables, string>>
}

const notSunk = (sessions: number): CollectorError =>
  new CollectorError('store_unavailable', `Sinks have not come to ${sessions} of the sessions yet. Ask again.`)
