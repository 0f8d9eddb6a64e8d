/** Reads what takes how much of the database's file: events that are there still, and all that is none. */
import type { DuckDBConnection } from '@duckdb/node-api'

/** As of the last checkpoint. Events are rejected ones, too. */
export interface DiskUsage {
  readonly eventBytes: number
  /** Of whatever else has blocks. */
  readonly otherBytes: number
  /** Events. */
  readonly rows: number
}

/** The engine frees the blocks of a group of rows once all of them are deleted. */
export const rowsOfGroup = 122_880

/**
 * A group whose rows are all deleted keeps its blocks as long as somebody reads who began before that, and until the next
 * checkpoint that has something to write. It counts as gone: deleting more would free it no sooner. Rows go oldest first,
 * which stand first, so such a group stands before the first row that is left.
 */
export async function readDiskUsage(connection: DuckDBConnection): Promise<DiskUsage> {
  const [row] = (await connection.runAndReadAll(selectUsage)).getRows()
  const [blockBytes = 0, usedBlocks = 0, eventBlocks = 0, liveBlocks = 0, rows = 0] = (row ?? []).map(Number)
  return { eventBytes: liveBlocks * blockBytes, otherBytes: (usedBlocks - eventBlocks) * blockBytes, rows }
}

const segmentsOf = (table: string): string => `SELECT '${table}' AS name, * FROM pragma_storage_info('${table}')`

const selectUsage = `WITH
    segments AS MATERIALIZED (${segmentsOf('events')} UNION ALL ${segmentsOf('rejected_events')}),
    left_rows AS (
      SELECT 'events' AS name, count(*) AS rows, min(rowid) AS first FROM events
      UNION ALL SELECT 'rejected_events', count(*), min(rowid) FROM rejected_events
    ),
    groups AS (
      SELECT name, row_group_id, sum(sum(count)) OVER (PARTITION BY name ORDER BY row_group_id) AS ends
      FROM segments WHERE column_id = 0 AND segment_type <> 'VALIDITY' GROUP BY name, row_group_id
    ),
    blocks AS (
      SELECT name, row_group_id, unnest(list_append(additional_block_ids, block_id)) AS block FROM segments
    )
  SELECT any_value(block_size), any_value(used_blocks),
    count(DISTINCT block), count(DISTINCT block) FILTER (ends > first), (SELECT sum(rows) FROM left_rows)
  FROM pragma_database_size() LEFT JOIN (
    SELECT * FROM blocks JOIN groups USING (name, row_group_id) JOIN left_rows USING (name) WHERE block >= 0
  ) ON TRUE WHERE database_name = current_database()`
