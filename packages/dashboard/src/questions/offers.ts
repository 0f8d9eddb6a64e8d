/** Gathers what there is to pick from: types, builds, labels, fields of payloads, tables with their columns. */
import type { LabelPage, QueryResult } from '@downlink/collector'
import { quoteText } from '../quote-sql.ts'
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

export async function loadSchema(ask: Ask): Promise<Schema> {
  const { rows } = await ask(
    `SELECT table_name, column_name, data_type FROM information_schema.columns
    WHERE table_schema = 'main' ORDER BY table_name, ordinal_position`,
  )
  const schema = new Map<string, { name: string; type: string }[]>()
  for (const [table, name, type] of rows) {
    const columns = schema.get(String(table)) ?? []
    columns.push({ name: String(name), type: String(type) })
    schema.set(String(table), columns)
  }
  return schema
}

/** Of each payload some are looked at; whoever has more fields writes their names. */
const [sampledEvents, maxFields] = [500, 500]

/** As payloads have them, not their views: a column may have another name. */
export async function loadFields(ask: Ask, type: string): Promise<readonly string[]> {
  const { rows } = await ask(
    `SELECT field FROM (
      SELECT unnest(json_keys(data)) AS field
      FROM (SELECT data FROM events WHERE type = ${quoteText(type)} LIMIT ${sampledEvents})
    ) GROUP BY field ORDER BY field LIMIT ${maxFields}`,
  )
  return rows.map(([name]) => String(name))
}
