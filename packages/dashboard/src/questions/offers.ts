/** Asks what there is to pick from: types, builds, labels, fields of payloads, tables with their columns. */
import type { QueryResult } from '@downlink/collector'
import type { Schema } from './narrow-sql.ts'
import { quoteText } from './quote.ts'

export type Ask = (sql: string) => Promise<QueryResult>

export interface Offers {
  /** The most common first. */
  readonly types: readonly string[]
  /** The newest first. */
  readonly builds: readonly string[]
  /** The most common first. */
  readonly labels: readonly string[]
  readonly schema: Schema
}

/** Of each list; whoever has more writes the name. */
const maxOffers = 500

export async function loadOffers(ask: Ask): Promise<Offers> {
  const [types, builds, labels, schema] = await Promise.all([
    namesIn(ask, `SELECT type FROM events GROUP BY type ORDER BY count(*) DESC, type LIMIT ${maxOffers}`),
    namesIn(
      ask,
      `SELECT build FROM sessions WHERE build IS NOT NULL GROUP BY build ORDER BY max(last_seen) DESC, build LIMIT ${maxOffers}`,
    ),
    namesIn(
      ask,
      `SELECT label FROM (SELECT unnest(json_keys(labels)) AS label FROM sessions WHERE labels IS NOT NULL)
      GROUP BY label ORDER BY count(*) DESC, label LIMIT ${maxOffers}`,
    ),
    loadSchema(ask),
  ])
  return { types, builds, labels, schema }
}

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

/** As payloads have them, not their views: a column may have another name. */
export const loadFields = (ask: Ask, type: string): Promise<readonly string[]> =>
  namesIn(
    ask,
    `SELECT field FROM (
      SELECT unnest(json_keys(data)) AS field FROM (SELECT data FROM events WHERE type = ${quoteText(type)} LIMIT 500)
    ) GROUP BY field ORDER BY field LIMIT ${maxOffers}`,
  )

const namesIn = async (ask: Ask, sql: string): Promise<readonly string[]> =>
  (await ask(sql)).rows.map(([name]) => String(name))
