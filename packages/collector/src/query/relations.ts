/** Lists the tables and views that may be read. A view a type is made when somebody first reads, not when the collector starts. */
import { setImmediate } from 'node:timers/promises'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { ViewDefinition } from './event-views.ts'
import { quoteName, quoteText } from './quote.ts'
import type { ConnectionSource } from './readers.ts'

export interface Relations {
  /**
   * By names in lower case, how many columns each has. The views of types that are no longer defined are among them: what
   * is stored stays readable.
   * Makes the views first, unless they are there.
   */
  readable(database: ConnectionSource): Promise<ReadonlyMap<string, number>>
  /** The view of a type that is defined. */
  viewOf(type: string): Promise<string | undefined>
  /** The database was opened anew, maybe with nothing in it. */
  forget(): void
}

const tables = ['events', 'sessions', 'rejected_events', 'ledgers']

/** Not those of a copy that is being made. */
const isOurs = "database_name = current_database() AND schema_name = 'main'"

const selectViews = `SELECT view_name, comment FROM duckdb_views() WHERE NOT internal AND ${isOurs}`

/** The views of the types among them. */
const selectRelations = `SELECT view_name, column_count FROM duckdb_views() WHERE NOT internal AND ${isOurs}
  UNION ALL SELECT table_name, column_count FROM duckdb_tables() WHERE ${isOurs} AND table_name IN (${tables.map(quoteText)})`

/** The first ten thousand take seconds; whatever else happens has its turn between two steps. */
const viewsPerStep = 100

export function createRelations(loadViews: () => Promise<readonly ViewDefinition[]>): Relations {
  let views: Promise<readonly ViewDefinition[]> | undefined
  let made: Promise<ReadonlyMap<string, number>> | undefined

  return {
    readable(database) {
      made ??= make(database).catch((error: unknown) => {
        made = undefined
        throw error
      })
      return made
    },
    async viewOf(type) {
      views ??= loadViews()
      return (await views).find((view) => view.type === type)?.name
    },
    forget() {
      made = undefined
    },
  }

  async function make(database: ConnectionSource): Promise<ReadonlyMap<string, number>> {
    const connection = await database.connect()
    try {
      const found = await connection.runAndReadAll(selectViews)
      const fingerprints = new Map(found.getRows().map(([name, comment]) => [String(name), comment]))
      views ??= loadViews()
      const defined = await views
      const changed = defined.filter(({ name, fingerprint }) => fingerprints.get(name) !== fingerprint)
      for (let at = 0; at < changed.length; at += viewsPerStep) {
        await createViews(connection, changed.slice(at, at + viewsPerStep))
        await setImmediate()
      }
      const relations = (await connection.runAndReadAll(selectRelations)).getRows()
      return new Map(relations.map(([name, columns]) => [String(name).toLowerCase(), Number(columns)]))
    } finally {
      database.release(connection)
    }
  }
}

/** In one transaction, for each has to be synced. Its fingerprint is a view's comment: one that has not changed is not made again. */
async function createViews(connection: DuckDBConnection, definitions: readonly ViewDefinition[]): Promise<void> {
  const statements = definitions.map(
    ({ name, sql, fingerprint }) => `${sql};\nCOMMENT ON VIEW ${quoteName(name)} IS '${fingerprint}'`,
  )
  try {
    await connection.run(['BEGIN', ...statements, 'COMMIT'].join(';\n'))
  } catch {
    await connection.run('ROLLBACK').catch(() => {})
    // One that the database refuses must not take the others with it: its type is read from `events`.
    for (const statement of statements) await connection.run(statement).catch(() => {})
  }
}
