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

/** A statement is parsed as a whole, so it names no more at once. */
const maxNamed = 1000

/** A mutation that takes longer than a request goes on by itself. */
const retry = { times: 60, pauseMs: 1000 }

/**
 * @param sessionIds those that were forgotten; undefined: whoever ever was
 * @returns rows that were deleted, of them: events and rejected events that nobody could read any more
 * @throws {CollectorError} `store_unavailable` where sinks have not come to it yet, or the rows are still there after a while
 */
export async function eraseForgotten(connection: Connection, sessionIds?: readonly string[]): Promise<OperationResult> {
  const total = { events: 0, rejected: 0 }
  for (const some of sessionIds ? pagesOf(sessionIds) : await pagesOfAll(connection)) {
    const forgotten = await readForgotten(connection, some)
    if (sessionIds && forgotten.length < some.length) throw notSunk(some.length - forgotten.length)
    const { events, rejected } = await eraseSome(connection, forgotten)
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

async function pagesOfAll({ rows }: Connection): Promise<readonly (readonly string[])[]> {
  const all = await rows<{ session_id: string }>(
    'SELECT DISTINCT session_id FROM forgotten_sessions ORDER BY session_id',
  )
  return pagesOf(all.map(({ session_id }) => session_id))
}

function readForgotten({ rows }: Connection, sessionIds: readonly string[]): Promise<readonly ForgottenSession[]> {
  const names = sessionIds.map(quoteText)
  return rows(`SELECT session_id, up_to, place FROM forgotten_sessions FINAL WHERE session_id IN (${names.join(', ')})`)
}

async function eraseSome(connection: Connection, forgotten: readonly ForgottenSession[]): Promise<OperationResult> {
  if (forgotten.length === 0) return { events: 0, rejected: 0 }
  const conditions = conditionsOf(forgotten)
  const [found] = await connection.rows<OperationResult>(
    `SELECT ${countOf('event_rows FINAL', conditions.rows)} AS events, ${countOf('rejected_rows FINAL', conditions.rows)} AS rejected`,
  )
  const tables = Object.entries(tablesOf(conditions))
  for (let tries = 0; tries < retry.times; tries++) {
    const left = await countLeft(connection, tables)
    if (left.length === 0) return { events: found?.events ?? 0, rejected: found?.rejected ?? 0 }
    if (tries > 0) await delay(retry.pauseMs)
    for (const [table, condition] of left) {
      await connection.run(`ALTER TABLE ${table} DELETE WHERE ${condition} SETTINGS mutations_sync = 2`)
    }
  }
  throw new CollectorError('store_unavailable', 'What was forgotten is still in tables of ClickHouse. Ask again.')
}

/** Those that still have such rows: in its parts that are in force, for those before a mutation go a while later. */
async function countLeft({ rows }: Connection, tables: readonly (readonly [string, string])[]) {
  const counts = tables.map(([table, condition]) => `${countOf(table, condition)} AS ${table}`)
  const [found] = await rows<Readonly<Record<string, number>>>(`SELECT ${counts.join(', ')}`)
  return tables.filter(([table]) => (found?.[table] ?? 0) > 0)
}

const countOf = (table: string, condition: string): string => `(SELECT count() FROM ${table} WHERE ${condition})`

function conditionsOf(forgotten: readonly ForgottenSession[]) {
  const ids = forgotten.map(({ session_id }) => quoteText(session_id)).join(', ')
  const of = (name: 'up_to' | 'place'): string =>
    `transform(session_id, [${ids}], [${forgotten.map((one) => `toInt64(${one[name]})`).join(', ')}], toInt64(-1))`
  const named = `session_id IN (${ids})`
  return {
    rows: `${named} AND seq <= ${of('up_to')}`,
    labels: `${named} AND from_seq <= ${of('up_to')}`,
    // The row before, which has the labels in force then, is there until the server replaces it.
    records: `${named} AND toInt64(place) < ${of('place')}`,
  }
}

const tablesOf = ({ rows, labels, records }: ReturnType<typeof conditionsOf>): Readonly<Record<string, string>> => ({
  event_rows: rows,
  rejected_rows: rows,
  // A day that is too old, and not counted yet.
  expiring_events: rows,
  expiring_rejected: rows,
  earlier_labels: labels,
  session_rows: records,
})

const notSunk = (sessions: number): CollectorError =>
  new CollectorError('store_unavailable', `Sinks have not come to ${sessions} of the sessions yet. Ask again.`)
