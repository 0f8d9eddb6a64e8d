/** Defines one view an event type in ClickHouse, with the columns that its schema promises, as JSON functions read them. */
import type { EventDefinitions, StandardSchema } from '@downlink/protocol'
import { ownColumns, planViews, uniqueNames, type ViewPlan } from '../query/event-views.ts'
import { type Column, type ColumnType, columnsOf } from '../query/schema-columns.ts'
import type { Connection } from './connection.ts'
import { quoteName, quoteText } from './quote.ts'
import { tableNames } from './tables.ts'

/** Idempotent. What is no longer defined stays readable by the view that it had. */
export async function makeEventViews({ run }: Pick<Connection, 'run'>, definitions: EventDefinitions): Promise<void> {
  for (const plan of planViews(definitions, tableNames)) await run(eventView(plan))
}

/**
 * The columns of `event` are named with it: an alias of the same name would take their place, also behind WHERE.
 *
 * @example
 * eventView({ type: 'bullet_fired', name: 'bullet_fired', schema })
 * // CREATE OR REPLACE VIEW `bullet_fired` AS SELECT event.session_id AS session_id, …, JSONExtract(event.data, 'shipId', 'Nullable(String)') AS `shipId`
 * //   FROM events AS event WHERE event.type = 'bullet_fired'
 */
export const eventView = ({ type, name, schema }: ViewPlan): string =>
  `CREATE OR REPLACE VIEW ${quoteName(name)} AS ${selectEvents(type, schema).sql}`

export interface EventSelect {
  readonly sql: string
  /** Columns whose text is JSON. */
  readonly jsonColumns: ReadonlySet<string>
}

/** What the view of a type has, whatever that is called. */
export function selectEvents(type: string, schema: StandardSchema): EventSelect {
  const columns = columnsOf(schema)
  const names = uniqueNames(
    columns.map((column) => column.name),
    (column) => ownColumns.includes(column.toLowerCase()),
    'data_',
  )
  const selected = [
    ...ownColumns.map((column) => `event.${column} AS ${column}`),
    ...columns.map((column, at) => `${expressionOf(column)} AS ${quoteName(names[at] ?? column.name)}`),
  ]
  const json = columns.flatMap(({ name, type }, at) => (type === 'JSON' ? [names[at] ?? name] : []))
  return {
    sql: `SELECT ${selected.join(', ')}
    FROM events AS event WHERE event.type = ${quoteText(type)}`,
    jsonColumns: new Set(['context', ...json]),
  }
}

const types: Readonly<Record<Exclude<ColumnType, 'JSON'>, string>> = {
  BIGINT: 'Int64',
  HUGEINT: 'Int128',
  DOUBLE: 'Float64',
  BOOLEAN: 'Bool',
  VARCHAR: 'String',
}

/** What is not there, or is not what the schema says, is NULL. Objects and lists are text, in which numbers are doubles. */
function expressionOf({ key, type }: Column): string {
  if (key === undefined) return 'event.data'
  if (type === 'JSON') return `nullIf(JSONExtractRaw(event.data, ${quoteText(key)}), '')`
  return `JSONExtract(event.data, ${quoteText(key)}, 'Nullable(${types[type]})')`
}
