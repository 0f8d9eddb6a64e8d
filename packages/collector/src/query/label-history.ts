/** Defines the view of all labels that sessions have and had, and tables like `sessions` with those that they had; reads these of one. */
import type { DuckDBConnection } from '@duckdb/node-api'
import type { EarlierLabels } from '../commit/session-batch.ts'

export const labelHistoryView: string = `CREATE OR REPLACE VIEW label_history AS
  SELECT session_id, from_seq, until_seq, labels FROM collector.earlier_labels
  UNION ALL
  SELECT session_id, coalesce(labels_from, 1) AS from_seq, NULL AS until_seq, labels FROM sessions`

const selectEarlier = `SELECT sessions.* REPLACE (earlier.labels AS labels)
  FROM sessions JOIN collector.earlier_labels AS earlier USING (session_id)`

/** A row for all labels that a session had before those that it has. */
export const earlierSessions: string = `(${selectEarlier})`

/** The same, and the sessions as they are. */
export const sessionsOfAllLabels: string = `(SELECT * FROM sessions UNION ALL ${selectEarlier})`

const selectOfOne = `SELECT from_seq, until_seq, labels::VARCHAR FROM collector.earlier_labels
  WHERE session_id = $1 ORDER BY from_seq`

/** The oldest first. */
export async function readEarlierLabels(
  connection: DuckDBConnection,
  sessionId: string,
): Promise<readonly EarlierLabels[]> {
  const rows = (await connection.runAndReadAll(selectOfOne, [sessionId])).getRows()
  return rows.map(([from, until, labels]) => ({
    from: Number(from),
    until: Number(until),
    ...(labels !== null && { labels: JSON.parse(String(labels)) }),
  }))
}
