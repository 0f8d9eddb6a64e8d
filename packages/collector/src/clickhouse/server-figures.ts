/** Tells how the server stands: its version, what the tables take, and how much room is left. */
import type { Connection } from './connection.ts'

export interface ServerFigures {
  readonly version: string
  /** Of the tables; undefined where the user of the store may not see that. */
  readonly bytes: number | undefined
  /** Of its fullest disk; undefined where the user of the store may not see that. */
  readonly freeBytes: number | undefined
}

/** Rejects where the server does not answer. */
export async function readServerFigures({ rows }: Pick<Connection, 'rows'>): Promise<ServerFigures> {
  const [answer] = await rows<{ readonly version: string }>('SELECT version() AS version')
  if (!answer) throw new Error('Expected ClickHouse to tell its version')
  // Tables of the system may be closed to whoever only writes and reads.
  const [bytes, freeBytes] = await Promise.all([numberIn(tableBytesSql), numberIn(freeBytesSql)])
  return { version: answer.version, bytes, freeBytes }

  async function numberIn(sql: string): Promise<number | undefined> {
    const [row] = await rows<{ readonly value: number | string }>(sql).catch(() => [])
    const value = Number(row?.value)
    // Of a store of objects the server says that it has room without end.
    return Number.isSafeInteger(value) ? value : undefined
  }
}

const tableBytesSql =
  'SELECT sum(bytes_on_disk) AS value FROM system.parts WHERE database = currentDatabase() AND active'

const freeBytesSql = 'SELECT min(free_space) AS value FROM system.disks HAVING count() > 0'
