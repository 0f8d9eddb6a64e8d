/**
 * Deletes what is too old, a day at a time: its partitions are moved out of sight, their events counted by session, and then
 * dropped.
 *
 * Cut short anywhere it is done again to the same effect: a day that is counted is not counted again, each count has a key,
 * and what comes late to a day is counted in a round of its own. The records of sessions stay as the sinks have them; what
 * has expired of them is taken off where they are read.
 */
import type { OperationResult } from '../commit/operation.ts'
import type { ExpirySlice } from '../query/expiry-plan.ts'
import type { Connection } from './connection.ts'

/** Of a day, one after the other: what comes late makes it anew. */
type ExpiryState = 'counting' | 'counted' | 'dropped'

interface Expiry {
  readonly day: string
  readonly round: number
  readonly state: ExpiryState
}

const states: readonly ExpiryState[] = ['counting', 'counted', 'dropped']

const target = { name: 'expiries', columns: ['day', 'round', 'state'] }

const dayMs = 86_400_000

/**
 * What `expireDays` would delete, a slice a day, the oldest first.
 *
 * @param receivedBeforeMs as of `expireDays`
 */
export async function planExpiredDays(
  connection: Connection,
  receivedBeforeMs: number,
): Promise<readonly ExpirySlice[]> {
  const days = await readOldDays(connection, dayOf(receivedBeforeMs))
  const counts = await countByDay(connection, dayOf(receivedBeforeMs))
  return days.map((day) => ({
    receivedBeforeMs: Date.parse(day) + dayMs,
    ...(counts.get(day) ?? { events: 0, rejected: 0 }),
    textBytes: 0,
  }))
}

/**
 * @param receivedBeforeMs what came on a day that had ended by then, in UTC; in ms since 1970
 * @returns rows that were deleted. Rejects where the server can't do it now
 */
export async function expireDays(connection: Connection, receivedBeforeMs: number): Promise<OperationResult> {
  const total = { events: 0, rejected: 0 }
  for (const day of await readOldDays(connection, dayOf(receivedBeforeMs))) {
    const { events, rejected } = await expireDay(connection, day)
    total.events += events
    total.rejected += rejected
  }
  return total
}

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

/** Those that have rows, and those that were cut short: what came late to one would be taken for counted. */
async function readOldDays({ rows }: Connection, before: string): Promise<readonly string[]> {
  const old = (table: string) => `SELECT toDate(received_at) AS day FROM ${table} WHERE day < {before:Date}`
  const found = await rows<{ day: string }>(
    `SELECT DISTINCT day FROM (
      ${['event_rows', 'rejected_rows', 'expiring_events', 'expiring_rejected'].map(old).join(' UNION ALL ')}
      UNION ALL SELECT day FROM expiries GROUP BY day, round HAVING max(state) = ${states.indexOf('counted')}
    ) ORDER BY day`,
    { parameters: { before } },
  )
  return found.map(({ day }) => day)
}

async function countByDay({ rows }: Connection, before: string): Promise<ReadonlyMap<string, OperationResult>> {
  const count = (table: string, isEvents: boolean) =>
    `SELECT toDate(received_at) AS day, count() AS found, ${isEvents} AS is_event FROM ${table} FINAL
      WHERE toDate(received_at) < {before:Date} GROUP BY day`
  const counted = Object.entries(expiringTables).map(([table, expiring]) =>
    [table, expiring].map((name) => count(name, table === 'event_rows')).join(' UNION ALL '),
  )
  const found = await rows<OperationResult & { readonly day: string }>(
    `SELECT day, sumIf(found, is_event) AS events, sumIf(found, NOT is_event) AS rejected
      FROM (${counted.join(' UNION ALL ')}) GROUP BY day`,
    { parameters: { before } },
  )
  return new Map(found.map(({ day, events, rejected }) => [day, { events, rejected }]))
}

async function expireDay(connection: Connection, day: string): Promise<OperationResult> {
  const { round, state } = await currentExpiry(connection, day)
  const move = (to: ExpiryState) => connection.insert(target, [[day, round, states.indexOf(to)]])
  if (state === 'counting') {
    for (const [table, expiring] of Object.entries(expiringTables)) {
      await connection.run(`ALTER TABLE ${table} MOVE PARTITION '${day}' TO TABLE ${expiring}`)
    }
    // What was forgotten, and is not erased yet, is counted as forgotten.
    await connection.run(`INSERT INTO expired_events SELECT session_id, '${day}' AS day, ${round} AS round, count() AS events, max(seq) AS up_to
      FROM expiring_events FINAL LEFT JOIN (SELECT session_id, up_to AS forgotten_to FROM forgotten_sessions FINAL) AS gone USING (session_id)
      WHERE toDate(received_at) = '${day}' AND seq > forgotten_to GROUP BY session_id`)
    await move('counted')
  }
  const deleted = await countRows(connection, day)
  for (const expiring of Object.values(expiringTables)) {
    // The server refuses to drop more than 50 GB, unless it is told that this is meant.
    await connection.run(`ALTER TABLE ${expiring} DROP PARTITION '${day}' SETTINGS max_partition_size_to_drop = 0`)
  }
  await move('dropped')
  return deleted
}

const expiringTables = { event_rows: 'expiring_events', rejected_rows: 'expiring_rejected' } as const

/** The one that was cut short, or the next. */
async function currentExpiry({ rows }: Connection, day: string): Promise<Expiry> {
  const sql =
    'SELECT max(round) AS last, argMax(state, (round, state)) AS place, count() AS known FROM expiries WHERE day = {day:Date}'
  const [found] = await rows<{ last: number; place: number; known: number }>(sql, { parameters: { day } })
  if (!found || found.known === 0) return { day, round: 1, state: 'counting' }
  const state = states[found.place] ?? 'dropped'
  return state === 'dropped' ? { day, round: found.last + 1, state: 'counting' } : { day, round: found.last, state }
}

async function countRows({ rows }: Connection, day: string): Promise<OperationResult> {
  const count = (table: string) => `(SELECT count() FROM ${table} FINAL WHERE toDate(received_at) = {day:Date})`
  const sql = `SELECT ${count('expiring_events')} AS events, ${count('expiring_rejected')} AS rejected`
  const [found] = await rows<{ events: number; rejected: number }>(sql, { parameters: { day } })
  return { events: found?.events ?? 0, rejected: found?.rejected ?? 0 }
}
