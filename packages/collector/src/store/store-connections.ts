/** Opens the store's connections. They are closed only once nothing runs on them: the engine would crash. */
import type { DuckDBConnection, DuckDBPreparedStatement } from '@duckdb/node-api'
import { type Checkpoints, type CheckpointsOptions, createCheckpoints } from './checkpoints.ts'
import { createTableAppender, eventTypes, labelTypes, rejectedTypes, type TableAppender } from './event-rows.ts'
import type { Database } from './open-database.ts'
import { upsertSessions } from './session-rows.ts'

export interface StoreConnections {
  readonly writer: DuckDBConnection
  readonly events: TableAppender
  readonly rejected: TableAppender
  readonly labels: TableAppender
  readonly upsert: DuckDBPreparedStatement
  /** Takes the position's segment and offset. */
  readonly move: DuckDBPreparedStatement
  readonly reader: DuckDBConnection
  readonly checkpoints: Checkpoints
  /** Runs `work` on the connections. */
  use<Result>(work: (connections: StoreConnections) => Promise<Result>): Promise<Result>
  /** Resolves once nothing runs any more, and the connections are released. */
  close(): Promise<void>
}

const movePosition =
  'INSERT INTO collector.log_position VALUES (1, ?, ?) ON CONFLICT DO UPDATE SET segment = excluded.segment, log_offset = excluded.log_offset'

export type CheckpointSettings = Omit<CheckpointsOptions, 'connection' | 'folder' | 'keepHeaders'>

export async function openConnections(database: Database, settings: CheckpointSettings): Promise<StoreConnections> {
  const opened: DuckDBConnection[] = []
  const connect = async () => {
    const connection = await database.connect()
    opened.push(connection)
    return connection
  }
  const release = () => {
    for (const connection of opened.splice(0)) database.release(connection)
  }
  try {
    return await prepareConnections(connect, release, database, settings)
  } catch (error) {
    release()
    throw error
  }
}

async function prepareConnections(
  connect: () => Promise<DuckDBConnection>,
  release: () => void,
  { folder, keepHeaders }: Pick<Database, 'folder' | 'keepHeaders'>,
  settings: CheckpointSettings,
): Promise<StoreConnections> {
  const writer = await connect()
  const running = new Set<Promise<unknown>>()
  const connections: StoreConnections = {
    writer,
    events: await createTableAppender(writer, 'events', eventTypes),
    rejected: await createTableAppender(writer, 'rejected_events', rejectedTypes),
    labels: await createTableAppender(writer, 'earlier_labels', labelTypes, 'collector'),
    upsert: await writer.prepare(upsertSessions),
    move: await writer.prepare(movePosition),
    // A connection holds one transaction, so what goes on beside the writer's needs others.
    reader: await connect(),
    checkpoints: createCheckpoints({
      connection: await connect(),
      folder,
      keepHeaders,
      ...settings,
    }),
    use(work) {
      const result = work(connections)
      const ended = result.then(
        () => void running.delete(ended),
        () => void running.delete(ended),
      )
      running.add(ended)
      return result
    },
    async close() {
      await Promise.all(running)
      await connections.checkpoints.settled()
      release()
    },
  }
  return connections
}
