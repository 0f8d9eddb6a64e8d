/** The tables and views that may be read. A view a type is made when somebody first reads, not when the collector starts. */
import type { EventDefinitions } from '@downlink/protocol'
import type { DuckDBConnection } from '@duckdb/node-api'
import { eventView, planViews, type ViewPlan } from './event-views.ts'
import type { ConnectionSource } from './readers.ts'

export interface Relations {
  /**
   * Names in lower case, the views of types that are no longer defined included: what is stored stays readable.
   * Makes the views first, unless they are there.
   */
  readable(database: ConnectionSource): Promise<ReadonlySet<string>>
  /** The view of a type that is defined. */
  viewOf(type: string): string | undefined
  /** The database was opened anew, maybe with nothing in it. */
  forget(): void
}

const tables = ['events', 'sessions', 'rejected_events', 'ledgers']

/** Ten thousand types take seconds; whatever else happens has its turn between two steps. */
const viewsPerStep = 100

export function createRelations(definitions: EventDefinitions): Relations {
  const plans = planViews(definitions)
  const names = new Map(plans.map(({ type, name }) => [type, name]))
  let made: Promise<ReadonlySet<string>> | undefined

  return {
    readable(database) {
      made ??= make(database).catch((error: unknown) => {
        made = undefined
        throw error
      })
      return made
    },
    viewOf: (type) => names.get(type),
    forget() {
      made = undefined
    },
  }

  async function make(database: ConnectionSource): Promise<ReadonlySet<string>> {
    const connection = await database.connect()
    try {
      for (let at = 0; at < plans.length; at += viewsPerStep) {
        await createViews(connection, plans.slice(at, at + viewsPerStep))
      }
      const found = await connection.runAndReadAll(
        "SELECT view_name FROM duckdb_views() WHERE NOT internal AND schema_name = 'main'",
      )
      const listed = found.getRows().map(([name]) => String(name))
      return new Set([...tables, ...names.values(), ...listed].map((name) => name.toLowerCase()))
    } finally {
      database.release(connection)
    }
  }
}

/** In one transaction, for each has to be synced. */
async function createViews(connection: DuckDBConnection, plans: readonly ViewPlan[]): Promise<void> {
  const statements = plans.map((plan) => eventView(plan).sql)
  try {
    await connection.run(['BEGIN', ...statements, 'COMMIT'].join(';\n'))
  } catch {
    await connection.run('ROLLBACK').catch(() => {})
    // One that the database refuses must not take the others with it: its type is read from `events`.
    for (const statement of statements) await connection.run(statement).catch(() => {})
  }
}
