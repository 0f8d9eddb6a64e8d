/** Gets the database ready for readers: views, then the lock. */
import type { EventDefinitions } from '@downlink/protocol'
import type { DuckDBConnection } from '@duckdb/node-api'
import { type EventView, eventViews } from './event-views.ts'
import { createJail, type Jail } from './jail.ts'
import { ledgersView } from './ledgers-view.ts'
import { lockDown } from './lock-down.ts'
import type { QueryLimits } from './query-limits.ts'
import { createReaders, type Readers } from './readers.ts'

export interface ReadStore {
  readonly readers: Readers
  readonly jail: Jail
  readonly views: readonly EventView[]
  /** Where exports are put together. */
  readonly exportFolder: string
}

export interface ReadStoreOptions {
  readonly connect: () => Promise<DuckDBConnection>
  /** The one folder that the database may write to besides its own file. */
  readonly exportFolder: string
  readonly definitions: EventDefinitions
  readonly limits: QueryLimits
}

const tables = ['events', 'sessions', 'rejected_events', 'ledgers']

/** Call it once a database, after its tables are there: from then on no setting of it can be changed. */
export async function openReadStore(options: ReadStoreOptions): Promise<ReadStore> {
  const { connect, exportFolder, definitions, limits } = options
  const views = eventViews(definitions)
  const connection = await connect()
  try {
    await connection.run(ledgersView)
    for (const { sql } of views) await connection.run(sql)
    await lockDown(connection, { exportFolder, ...limits })
  } finally {
    connection.closeSync()
  }
  const readers = createReaders({ connect, limits })
  const relations = [...tables, ...views.map((view) => view.name)]
  return { readers, jail: createJail({ readers, limits, relations }), views, exportFolder }
}
