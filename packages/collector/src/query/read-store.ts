/** What readers get to work with: views over the tables, the lock on the database, and the jail. */
import type { EventDefinitions } from '@downlink/protocol'
import type { DuckDBConnection } from '@duckdb/node-api'
import { type EventView, eventViews } from './event-views.ts'
import { createJail, type Jail } from './jail.ts'
import { ledgersView } from './ledgers-view.ts'
import { lockDown } from './lock-down.ts'
import type { QueryLimits } from './query-limits.ts'
import { type ConnectionSource, createReaders, type Readers } from './readers.ts'

export interface ReadStore {
  readonly readers: Readers
  readonly jail: Jail
  readonly views: readonly EventView[]
  readonly limits: QueryLimits
}

/** A read store in the making: the database has to be prepared before anybody connects to it. */
export interface ReadStorePlan {
  /** Makes the views and locks the settings of the whole instance, the writer's too. After each opening. */
  prepare(connection: DuckDBConnection, exportFolder: string): Promise<void>
  open(database: ConnectionSource): ReadStore
}

const tables = ['events', 'sessions', 'rejected_events', 'ledgers']

export function planReadStore(definitions: EventDefinitions, limits: QueryLimits): ReadStorePlan {
  const views = eventViews(definitions)
  return {
    async prepare(connection, exportFolder) {
      await connection.run(ledgersView)
      for (const { sql } of views) await connection.run(sql)
      await lockDown(connection, { exportFolder, spillMb: limits.spillMb })
    },
    open(database) {
      const readers = createReaders({ database, limits })
      const relations = [...tables, ...views.map((view) => view.name)]
      return { readers, jail: createJail({ readers, limits, relations }), views, limits }
    },
  }
}
