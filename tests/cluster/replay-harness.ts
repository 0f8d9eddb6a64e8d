/** Writes entries of a partition into ClickHouse as sinks do, with inserts that get lost, for tests that write them again. */
import { onTestFinished } from 'vitest'
import { createClickHouseStore } from '../../packages/collector/src/clickhouse/clickhouse-store.ts'
import { type Connection, connectClickHouse } from '../../packages/collector/src/clickhouse/connection.ts'
import { prepareTables } from '../../packages/collector/src/clickhouse/tables.ts'
import { createGroupWriter, type GroupWriter, type LogItem } from '../../packages/collector/src/sink/group-writer.ts'

export const segment = 'partition-00'

/** Makes the tables in a database, and connects to it until the test ends. */
export async function tables(url: string): Promise<Connection> {
  const connection = await connectClickHouse({ url })
  onTestFinished(() => connection.close())
  await prepareTables(connection)
  return connection
}

/** Loses the answer of some inserts, or the inserts themselves. */
export function unreliable(connection: Connection, losses: ReadonlyMap<number, 'before' | 'after'>): Connection {
  let inserts = 0
  return {
    ...connection,
    async run(sql) {
      const loss = losses.get(inserts++)
      if (loss === 'before') throw new Error('lost')
      await connection.run(sql)
      if (loss === 'after') throw new Error('lost')
    },
    async insert(...insert) {
      const loss = losses.get(inserts++)
      if (loss === 'before') throw new Error('lost')
      await connection.insert(...insert)
      if (loss === 'after') throw new Error('lost')
    },
  }
}

export const writerOver = (connection: Connection): GroupWriter =>
  createGroupWriter({ store: createClickHouseStore(connection, segment), report() {}, maxRecords: 100 })

/** Writes all from where the store stands, in groups of such sizes, again and again until nothing fails. */
export async function sink(
  connection: Connection,
  entries: readonly LogItem[],
  sizes: readonly number[],
): Promise<void> {
  for (let tries = 0; ; tries++) {
    const writer = writerOver(connection)
    try {
      let at = (await writer.readPosition())?.offset ?? 0
      for (let group = tries; at < entries.length; group++) {
        const size = sizes[group % sizes.length] ?? 1
        await writer.write(entries.slice(at, at + size))
        at += size
      }
      return
    } catch (error) {
      if (tries > 100) throw error
    }
  }
}
