/** Stores what the sink writes of one partition of the log in ClickHouse. */
import type { SessionRecord } from '../commit/session-record.ts'
import type { EventStore, WriteOutcome } from '../sink/event-store.ts'
import type { Connection } from './connection.ts'
import { outcomeOf } from './failures.ts'
import { quoteText } from './quote.ts'
import {
  eventRows,
  forgottenRows,
  labelRows,
  recordColumns,
  recordOfRow,
  rejectedRows,
  type StoredRow,
  sessionColumns,
  sessionRows,
} from './rows.ts'
import { eventStructure, targets } from './tables.ts'

/**
 * Who was forgotten goes first, then the rows, then the sessions, then the position: whatever is cut short is written
 * again, and each has a key by which it counts once. Where sessions stand is known only once all of their rows are there.
 *
 * @param partition the segment of its positions
 */
export function createClickHouseStore(connection: Connection, partition: string): EventStore {
  const trialTable = { name: `FUNCTION null(${quoteText(eventStructure)})`, columns: [] }

  return {
    async readPosition() {
      const sql = 'SELECT max(place) AS place, count() AS rows FROM positions WHERE partition = {partition:String}'
      const [row] = await connection.rows<{ place: number; rows: number }>(sql, { parameters: { partition } })
      return row && row.rows > 0 ? { segment: partition, offset: row.place } : undefined
    },

    readSessions: (sessionIds) => readRecords(connection, sessionIds),

    write: ({ events, rejected, earlierLabels, sessions, forgotten = [], position: { offset: place } }) =>
      attempt(async () => {
        const insert = (target: (typeof targets)[keyof typeof targets], rows: readonly (readonly unknown[])[]) =>
          connection.insert(target, rows, tokenOf(target.name, place, rows.length))
        // Before what it hides.
        await connection.insert(targets.forgotten, forgottenRows(forgotten))
        await Promise.all([
          insert(targets.events, eventRows(events)),
          insert(targets.rejected, rejectedRows(rejected)),
          insert(targets.earlierLabels, labelRows(earlierLabels)),
        ])
        const records = sessionRows(sessions, place)
        await connection.insert(sessionTable, records, tokenOf(sessionTable.name, place, records.length))
        await connection.insert(targets.positions, [[partition, place]])
      }),

    apply: async () => ({ kind: 'unavailable', reason: 'Operations are not applied to a store on ClickHouse yet' }),
    tryEvent: (run) => attempt(() => connection.insert(trialTable, eventRows([run]))),
    tryOperation: async () => ({
      kind: 'unavailable',
      reason: 'Operations are not applied to a store on ClickHouse yet',
    }),
  }

  /** A range that is written again has the same. */
  function tokenOf(table: string, place: number, rows: number): string {
    return `${table} ${partition} ${place} ${rows}`
  }
}

const sessionTable = { name: 'session_rows', columns: sessionColumns }

async function attempt(work: () => Promise<void>): Promise<WriteOutcome> {
  try {
    await work()
    return { kind: 'written' }
  } catch (error) {
    return outcomeOf(error)
  }
}

/** How far each partition is stored. Rejects where the store can't be read. */
export async function readPlaces({ rows }: Pick<Connection, 'rows'>): Promise<ReadonlyMap<string, number>> {
  const sql = 'SELECT partition, max(place) AS place FROM positions GROUP BY partition'
  const places = await rows<{ readonly partition: string; readonly place: number }>(sql)
  return new Map(places.map(({ partition, place }) => [partition, place]))
}

/** A query is parsed as a whole, so it names no more at once. */
const maxNamed = 1000

/**
 * Those of the sessions that are known. Rejects where the store can't be read.
 *
 * @param table `current_sessions` for who only reads; what is written again must have what was written
 */
export async function readRecords(
  connection: Pick<Connection, 'rows'>,
  sessionIds: readonly string[],
  table = 'session_rows FINAL',
): Promise<ReadonlyMap<string, SessionRecord>> {
  const records = new Map<string, SessionRecord>()
  for (let at = 0; at < sessionIds.length; at += maxNamed) {
    const names = sessionIds.slice(at, at + maxNamed).map(quoteText)
    const sql = `SELECT ${recordColumns.join(', ')} FROM ${table} WHERE session_id IN (${names.join(', ')})`
    for (const row of await connection.rows<StoredRow>(sql)) records.set(row.session_id, recordOfRow(row))
  }
  return records
}
