/**
 * Makes the tables, and the views over them which everybody who writes SQL sees.
 *
 * There are no transactions: what is written twice has to count once. So each table replaces rows of one key, and the views
 * read it with FINAL, since the server replaces when it pleases.
 */
import type { Connection, InsertTarget } from './connection.ts'
import { forbiddenFunctions } from './inspect-tree.ts'
import { quoteText } from './quote.ts'

/** Of the tables that rows are appended to, by the order of their columns. */
export const targets: {
  readonly [Name in 'events' | 'rejected' | 'earlierLabels' | 'forgotten' | 'positions']: InsertTarget
} = {
  events: {
    name: 'event_rows',
    columns: [
      'session_id',
      'seq',
      'type',
      'version',
      'ts_us',
      'received_at',
      'data',
      'envelope',
      'corrected_us',
      'context',
    ],
  },
  rejected: {
    name: 'rejected_rows',
    columns: ['session_id', 'seq', 'code', 'message', 'raw', 'received_at', 'context'],
  },
  earlierLabels: { name: 'earlier_labels', columns: ['session_id', 'from_seq', 'until_seq', 'labels'] },
  forgotten: { name: 'forgotten_sessions', columns: ['session_id', 'up_to', 'place'] },
  positions: { name: 'positions', columns: ['partition', 'place'] },
}

/**
 * Times of events are whole microseconds: a client's clock may say any date, and a DateTime64 holds few. All numbers are
 * signed, so that one may be taken from another.
 */
export const eventStructure: string = `session_id String, seq Int64, type LowCardinality(String), version Nullable(Int32),
    ts_us Int64, received_at DateTime64(6, 'UTC'), data String, envelope Nullable(String), corrected_us Int64,
    context Nullable(String)`

/** How many of the last inserts the server knows by their tokens. Beyond them the keys alone make two of a row one. */
const deduplication = 'non_replicated_deduplication_window = 1000'

/** A day is dropped as a whole. */
const byDay = 'PARTITION BY toDate(received_at)'

const keyed = `ENGINE = ReplacingMergeTree ${byDay} ORDER BY (session_id, seq) SETTINGS ${deduplication}`

const eventTable = (name: string): string => `CREATE TABLE IF NOT EXISTS ${name} (${eventStructure}) ${keyed}`

const rejectedTable = (name: string): string => `CREATE TABLE IF NOT EXISTS ${name} (session_id String, seq Int64,
    code LowCardinality(String), message String, raw String, received_at DateTime64(6, 'UTC'), context Nullable(String)) ${keyed}`

const tables: readonly string[] = [
  eventTable('event_rows'),
  rejectedTable('rejected_rows'),
  // A day that is too old, until it is counted.
  eventTable('expiring_events'),
  rejectedTable('expiring_rejected'),
  // The row of the highest place counts: a sink that was held up may write an older one beside its successor.
  `CREATE TABLE IF NOT EXISTS session_rows (session_id String, delivery LowCardinality(String), committed_seq Int64,
    pushed Int64, stored Int64, expired Int64, forgotten Int64, rejected String, dropped String, missing Int64, ended Bool,
    first_seen Int64, last_seen Int64, clock_offset_ms Nullable(Float64), build Nullable(String), labels Nullable(String),
    labels_from Nullable(Int64), schema Nullable(String), proof_hash Nullable(String), forgotten_at Nullable(Int64),
    place UInt64)
    ENGINE = ReplacingMergeTree(place) ORDER BY session_id SETTINGS ${deduplication}`,
  `CREATE TABLE IF NOT EXISTS earlier_labels (session_id String, from_seq Int64, until_seq Int64, labels Nullable(String))
    ENGINE = ReplacingMergeTree ORDER BY (session_id, from_seq, until_seq) SETTINGS ${deduplication}`,
  // What expired of each session, by the day that it was dropped with.
  `CREATE TABLE IF NOT EXISTS expired_events (session_id String, day Date, round UInt32,
    events SimpleAggregateFunction(max, Int64), up_to SimpleAggregateFunction(max, Int64))
    ENGINE = AggregatingMergeTree ORDER BY (session_id, day, round)`,
  'ALTER TABLE expired_events ADD COLUMN IF NOT EXISTS up_to SimpleAggregateFunction(max, Int64)',
  `CREATE TABLE IF NOT EXISTS expiries (day Date, round UInt32, state UInt8)
    ENGINE = ReplacingMergeTree(state) ORDER BY (day, round)`,
  // Who was forgotten, up to which sequence: what came of it by then is read no more, whoever writes it once more.
  `CREATE TABLE IF NOT EXISTS forgotten_sessions (session_id String, up_to Int64, place UInt64)
    ENGINE = ReplacingMergeTree(place) ORDER BY session_id`,
  // How far each partition of the log is stored.
  `CREATE TABLE IF NOT EXISTS positions (partition String, place UInt64)
    ENGINE = ReplacingMergeTree(place) ORDER BY partition`,
]

/** No view of a type may have one of these. */
export const tableNames: readonly string[] = [
  ...Object.values(targets).map(({ name }) => name),
  ...['table_columns', 'sql_functions'],
  ...['session_rows', 'current_sessions', 'expired_events', 'expiries', 'expiring_events', 'expiring_rejected'],
  ...['current_events', 'current_rejected', 'current_labels'],
]

/** What a DateTime64 of any version of ClickHouse holds: from 1900 to 2299. */
const dates = { firstUs: '-2208988800000000', lastUs: '10413791999999999' }

const timeOf = (micros: string): string =>
  `if(${micros} BETWEEN ${dates.firstUs} AND ${dates.lastUs}, fromUnixTimestamp64Micro(${micros}, 'UTC'), NULL)`

const timeOfMs = (ms: string): string => `fromUnixTimestamp64Milli(${ms}, 'UTC')`

const sumOf = (counts: string): string => `arraySum(mapValues(JSONExtract(${counts}, 'Map(String, Int64)')))`

/** One list of pairs: two lists of their own would be in two orders, and of two moments. The same text is asked once for a query. */
const forgottenPairs = `(SELECT groupArray((session_id, up_to)) FROM forgotten_sessions FINAL)`

/** Of tables that have their session's id. It is looked up in a table of hashes, which is made once for a query. */
const forgottenUpTo = `transform(session_id, arrayConcat([''], ${forgottenPairs}.1),
    arrayConcat([toInt64(0)], ${forgottenPairs}.2), toInt64(0))`

const views: readonly string[] = [
  `CREATE OR REPLACE VIEW current_events AS SELECT * FROM event_rows FINAL WHERE seq > ${forgottenUpTo}`,
  `CREATE OR REPLACE VIEW current_rejected AS SELECT * FROM rejected_rows FINAL WHERE seq > ${forgottenUpTo}`,
  `CREATE OR REPLACE VIEW current_labels AS SELECT * FROM earlier_labels FINAL WHERE from_seq > ${forgottenUpTo}`,
  `CREATE OR REPLACE VIEW events AS SELECT session_id, seq, type, version, ${timeOf('ts_us')} AS ts, received_at, data,
    envelope, ${timeOf('corrected_us')} AS corrected_ts, context FROM current_events`,
  `CREATE OR REPLACE VIEW rejected_events AS SELECT session_id, seq, code, message, raw, received_at, context
    FROM current_rejected`,
  // The rows of sessions, with what has expired of them since, also of what was forgotten then.
  `CREATE OR REPLACE VIEW current_sessions AS SELECT
    row.* REPLACE (
      row.stored - gone.expired_events + least(row.forgotten, gone.expired_before) AS stored,
      row.forgotten - least(row.forgotten, gone.expired_before) AS forgotten,
      row.expired + gone.expired_events AS expired
    )
    FROM (SELECT * FROM session_rows FINAL) AS row
    LEFT JOIN (
      SELECT session_id, sum(events) AS expired_events, sumIf(events, up_to <= ${forgottenUpTo}) AS expired_before
      FROM expired_events FINAL GROUP BY session_id
    ) AS gone USING (session_id)`,
  `CREATE OR REPLACE VIEW sessions AS SELECT session_id, delivery, committed_seq, pushed, stored, rejected, dropped, missing,
    ended, ${timeOfMs('row.first_seen')} AS first_seen, ${timeOfMs('row.last_seen')} AS last_seen, clock_offset_ms, build,
    labels, schema, proof_hash, expired, forgotten, ${timeOfMs('row.forgotten_at')} AS forgotten_at, labels_from
    FROM current_sessions AS row`,
  `CREATE OR REPLACE VIEW label_history AS
    SELECT session_id, from_seq, toNullable(until_seq) AS until_seq, labels FROM current_labels
    UNION ALL
    SELECT session_id, coalesce(labels_from, 1) AS from_seq, NULL AS until_seq, labels FROM session_rows FINAL`,
  // As the view of that name in DuckDB.
  `CREATE OR REPLACE VIEW ledgers AS
    WITH counted AS (
      SELECT session_id, pushed, stored, expired, forgotten, ${sumOf('rejected')} AS rejected, ${sumOf('dropped')} AS dropped,
        missing AS lost, committed_seq, pushed - committed_seq AS rest, ended, last_seen
      FROM sessions
    )
    SELECT session_id, pushed, stored, expired, forgotten, rejected, dropped, lost + if(ended, rest, 0) AS missing,
      if(ended, 0, rest) AS outstanding, ended, last_seen,
      NOT ended AND rest > 0 AND last_seen < now64(3, 'UTC') - INTERVAL 1 MINUTE AS lost_page,
      committed_seq = stored + expired + forgotten + rejected + dropped + lost AND lost = 0 AND (rest = 0 OR NOT ended)
        AND least(stored, expired, forgotten, rejected, dropped, rest) >= 0 AS balanced
    FROM counted`,
  // Tables of the server itself nobody may ask for.
  `CREATE OR REPLACE VIEW table_columns AS SELECT database AS table_schema, table AS table_name, name AS column_name,
    type AS data_type, position AS ordinal_position
    FROM system.columns
    WHERE database = currentDatabase() AND table NOT IN ('table_columns', 'sql_functions') AND NOT startsWith(table, 'current_')
      AND table IN (SELECT name FROM system.tables WHERE database = currentDatabase() AND engine = 'View')`,
  `CREATE OR REPLACE VIEW sql_functions AS SELECT name FROM system.functions
    WHERE alias_to = '' AND NOT match(name, ${quoteText(`(?i)${forbiddenFunctions.source}`)})`,
]

/** Idempotent, and may be run by several at once. */
export async function prepareTables({ run }: Pick<Connection, 'run'>): Promise<void> {
  for (const statement of [...tables, ...views]) await run(statement)
}
