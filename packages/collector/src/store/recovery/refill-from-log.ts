/** Refills a salvaged database from the log: with the rows of it that are lost, and what operations have made of them since. */
import { existsSync } from 'node:fs'
import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api'
import { decodeOperation, type Expiry, type Forgetting, type Rejudgement } from '../../commit/operation.ts'
import type { SessionRecord } from '../../commit/session-record.ts'
import { decodeWrite } from '../../commit/session-write.ts'
import { isSessionEntry } from '../../log/entry.ts'
import { openLogFiles } from '../../log/log-files.ts'
import { isSame, type Position, readLog } from '../../log/read-log.ts'
import { listSegments } from '../../log/segment.ts'
import {
  createTableAppender,
  eventRows,
  eventTypes,
  labelRows,
  labelTypes,
  rejectedRows,
  rejectedTypes,
  type TableAppender,
} from '../event-rows.ts'
import { acceptRejected, findRejected, withoutRejection } from '../move-rejected.ts'
import { removedBy } from '../operations.ts'
import { rowOf, upsertSessions } from '../session-rows.ts'

/** Takes from the log what it has of the rows that are lost, up to the committed sequence of each session: what comes after is the sink's. */
export async function refill(connection: DuckDBConnection, logFolder: string): Promise<void> {
  await connection.run('CREATE TEMP TABLE log_events AS FROM events LIMIT 0')
  await connection.run('CREATE TEMP TABLE log_rejections AS FROM rejected_events LIMIT 0')
  await connection.run('CREATE TEMP TABLE log_labels AS FROM collector.earlier_labels LIMIT 0')
  const records = existsSync(logFolder) ? await readWholeLog(connection, logFolder) : []
  const known = new Set((await connection.runAndReadAll('SELECT session_id FROM sessions')).getRows().map(String))
  const lost = records.filter(({ sessionId }) => !known.has(sessionId))
  const upsert = await connection.prepare(upsertSessions)
  upsert.bindVarchar(1, JSON.stringify(lost.map((record) => rowOf(record))))
  await upsert.run()
  await connection.run(sessionsOfRows)
  const added =
    await connection.run(`INSERT INTO events SELECT log_events.* FROM log_events JOIN sessions USING (session_id)
    WHERE seq <= committed_seq
      AND (session_id, seq) NOT IN (SELECT (session_id, seq) FROM events)
      AND (session_id, seq) NOT IN (SELECT (session_id, seq) FROM rejected_events)`)
  await connection.run(`INSERT INTO collector.earlier_labels SELECT log_labels.* FROM log_labels JOIN sessions USING (session_id)
    WHERE until_seq <= committed_seq
      AND (session_id, until_seq) NOT IN (SELECT (session_id, until_seq) FROM collector.earlier_labels)`)
  await connection.run('DROP TABLE log_labels')
  await connection.run('DROP TABLE log_events')
  await connection.run('DROP TABLE log_rejections')
  // Pages of events go by their rows, the newest last.
  if (added.rowsChanged > 0) {
    await connection.run('CREATE TEMP TABLE in_order AS FROM events ORDER BY received_at, session_id, seq')
    await connection.run('DELETE FROM events')
    await connection.run('INSERT INTO events FROM in_order')
    await connection.run('DROP TABLE in_order')
  }
}

/** @returns the sessions, each as of the database's position */
async function readWholeLog(connection: DuckDBConnection, folder: string): Promise<readonly SessionRecord[]> {
  const files = await openLogFiles(folder)
  const last = (await listSegments(files)).at(-1)
  const records = new Map<string, SessionRecord>()
  if (!last) return []
  const staged = await createTableAppender(connection, 'log_events', eventTypes)
  const rejections = await createTableAppender(connection, 'log_rejections', rejectedTypes)
  const earlierLabels = await createTableAppender(connection, 'log_labels', labelTypes)
  const position = await readPosition(connection)
  const removals: Removals = { expired: new Map(), forgotten: new Map(), forgottenAtMs: new Map(), moved: new Map() }
  // Without a position the sink reads all of the log again.
  let isBefore = position !== undefined
  for await (const record of readLog(files, undefined, { segment: last.key, offset: last.bytes })) {
    if (record.kind !== 'entry') continue
    if (!isSessionEntry(record.entry)) {
      // The others are the sink's to apply.
      if (isBefore) {
        const operation = decodeOperation(record.entry)
        if (operation.kind === 'rejudge') await moveStaged(connection, operation, { records, staged, removals })
        else await removeStaged(connection, operation, removals)
      }
      isBefore &&= !isSame(record.end, position)
      continue
    }
    const { sessionId, batches, record: session, unconfirmed } = decodeWrite(record.entry)
    const { clockOffsetMs } = session
    if (batches.some(({ restarts }) => restarts)) removals.forgottenAtMs.delete(sessionId)
    // The sink may have refused one that is unconfirmed, for its sender had no proof; it stores nothing of a forgotten session.
    if (!unconfirmed && !removals.forgottenAtMs.has(sessionId)) {
      stage(
        staged,
        eventRows(
          batches.map(({ receivedAt, events }) => ({ sessionId, receivedAt, clockOffsetMs, events: events.decode() })),
        ),
      )
      stage(rejections, rejectedRows(batches.flatMap(({ rejected }) => rejected)))
      const ended = batches.flatMap(({ labels }) => labels?.earlier ?? [])
      stage(earlierLabels, labelRows(ended.map((one) => ({ sessionId, ...one }))))
    }
    if (!unconfirmed && isBefore) records.set(sessionId, session)
    isBefore &&= !isSame(record.end, position)
  }
  return [...records.values()].map((record) => withoutRemoved(record, removals))
}

/** What operations have removed of what the log still has, by session. */
interface Removals {
  readonly expired: Map<string, number>
  readonly forgotten: Map<string, number>
  readonly forgottenAtMs: Map<string, number>
  /** By which codes they were rejected that are stored after all. */
  readonly moved: Map<string, readonly string[]>
}

function withoutRemoved(session: SessionRecord, removals: Removals): SessionRecord {
  const { sessionId } = session
  const record = (removals.moved.get(sessionId) ?? []).reduce(withoutRejection, session)
  const expired = Math.max(record.expired, removals.expired.get(sessionId) ?? 0)
  const forgottenAtMs = removals.forgottenAtMs.get(sessionId)
  const forgotten = Math.max(record.forgotten, removals.forgotten.get(sessionId) ?? 0)
  if (forgottenAtMs === undefined) return { ...record, expired, forgotten }
  const labels = { labels: undefined, labelsFrom: undefined }
  const nobody = { clockOffsetMs: undefined, build: undefined, ...labels, schema: undefined }
  return { ...record, ...nobody, expired, forgotten, forgottenAtMs }
}

/** Moves what an operation has moved, and notes its codes by session. */
async function moveStaged(
  connection: DuckDBConnection,
  { events }: Rejudgement,
  { records, staged, removals: { moved } }: MovedFrom,
): Promise<void> {
  for (const rejection of await findRejected(connection, 'log_rejections', events)) {
    const { sessionId, code, receivedAt } = rejection
    const record = records.get(sessionId)
    const accepted = record && acceptRejected(rejection, record)
    if (!accepted) continue
    stage(staged, eventRows([{ sessionId, receivedAt, clockOffsetMs: record.clockOffsetMs, events: [accepted] }]))
    moved.set(sessionId, [...(moved.get(sessionId) ?? []), code])
  }
}

interface MovedFrom {
  readonly records: ReadonlyMap<string, SessionRecord>
  readonly staged: TableAppender
  readonly removals: Removals
}

/** Deletes what an operation has deleted, and counts it by session. */
async function removeStaged(
  connection: DuckDBConnection,
  operation: Expiry | Forgetting,
  { expired, forgotten, forgottenAtMs }: Removals,
): Promise<void> {
  const condition = removedBy(operation)
  const removed = operation.kind === 'expire' ? expired : forgotten
  if (operation.kind === 'forget') {
    for (const id of operation.sessionIds) forgottenAtMs.set(id, operation.askedAtMs)
    await connection.run(`DELETE FROM log_labels WHERE ${condition}`)
  }
  const counted = await connection.runAndReadAll(
    `SELECT session_id, count(*) FROM log_events WHERE ${condition} GROUP BY session_id`,
  )
  for (const [id, events] of counted.getRows()) {
    removed.set(String(id), (removed.get(String(id)) ?? 0) + Number(events))
  }
  await connection.run(`DELETE FROM log_events WHERE ${condition}`)
  await connection.run(`DELETE FROM log_rejections WHERE ${condition}`)
}

/** What the database refuses is left out: it stands in rejected_events. */
function stage(appender: TableAppender, rows: readonly (readonly DuckDBValue[])[]): void {
  try {
    appender.append(rows)
  } catch {
    if (rows.length > 1) for (const row of rows) stage(appender, [row])
  }
}

async function readPosition(connection: DuckDBConnection): Promise<Position | undefined> {
  const [row] = (await connection.runAndReadAll('SELECT segment, log_offset FROM collector.log_position')).getRows()
  return row && { segment: String(row[0]), offset: Number(row[1]) }
}

/** Sessions of which nothing but their events is left. Whoever comes first goes on with one: its proof is gone, too. */
const sessionsOfRows = `INSERT INTO sessions BY NAME
  SELECT session_id, CASE WHEN session_id LIKE 'plain:%' THEN 'plain' ELSE 'acked' END AS delivery,
    max(seq) AS committed_seq, max(seq) AS pushed, 0 AS stored,
    coalesce(to_json(map(list(code) FILTER (code IS NOT NULL), list(amount) FILTER (code IS NOT NULL))), '{}') AS rejected, '{}' AS dropped,
    0 AS missing, false AS ended, min(received_at) AS first_seen, max(received_at) AS last_seen
  FROM (
    SELECT session_id, NULL AS code, max(seq) AS seq, count(*) AS amount, min(received_at) AS received_at
      FROM events GROUP BY session_id
    UNION ALL
    SELECT session_id, code, max(seq), count(*), min(received_at) FROM rejected_events GROUP BY session_id, code
  )
  WHERE session_id NOT IN (SELECT session_id FROM sessions)
  GROUP BY session_id`
