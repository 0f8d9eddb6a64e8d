/** Gathers what there is to pick from: types, builds, labels, fields of payloads, tables with their columns. */
import type { LabelPage, QueryResult } from '@downlink/collector'
import type { Dialect } from '../dialect/dialect.ts'
import type { Schema } from './narrow-sql.ts'

export type Ask = (sql: string) => Promise<QueryResult>

export interface Offers {
  /** The most common first. */
  readonly types: readonly string[]
  /** The newest first. */
  readonly builds: readonly string[]
  /** With the most common of their values; the most common first. */
  readonly labels: ReadonlyMap<string, readonly string[]>
  readonly schema: Schema
}

export const offersOf = ({ types, builds, labels }: LabelPage, schema: Schema): Offers => ({
  types: types.map(({ type }) => type),
  builds: builds.map(({ build }) => build),
  labels: new Map(labels.map(({ name, values }) => [name, values.map(({ value }) => value)])),
  schema,
})

export async function loadSchema(ask: Ask, { columnsSql }: Dialect): Promise<Schema> {
  const { rows } = await ask(columnsSql)
  const tables = new Map<string, { name: string; type: string }[]>()
  for (const [table, name, type] of rows) {
    const columns = tables.get(String(table)) ?? []
    columns.push({ name: String(name), type: String(type) })
    tables.set(String(table), columns)
  }
  const [, , , database = 'main'] = rows[0] ?? []
  return { database: String(database), tables }
}

/** Of each payload some are looked at; whoever has more fields writes their names. */
const [sampledEvents, maxFields] = [500, 500]

/** As payloads have them, not their views: a column may have another name. */
export async function loadFields(ask: Ask, type: string, { fieldsSql }: Dialect): Promise<readonly string[]> {
  const { rows } = await ask(fieldsSql(type, sampledEvents, maxFields))
  return rows.map(([name]) => String(name))
}
