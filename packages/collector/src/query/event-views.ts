/** One SQL view an event type, with the columns that its schema promises. */
import type { EventDefinitions, StandardSchema } from '@downlink/protocol'
import { quoteName, quoteText } from './quote.ts'
import { type Column, columnsOf } from './schema-columns.ts'
import { uniqueNames } from './unique-names.ts'

export interface EventView {
  readonly type: string
  /** The type itself, unless a table or another type has that name. */
  readonly name: string
  readonly columns: readonly string[]
  /** Creates or replaces the view. */
  readonly sql: string
}

const ownColumns = ['session_id', 'seq', 'ts', 'received_at']

/** Where a type's name is taken, its view is `event_<type>`: `sessions` becomes `event_sessions`. */
const takenNames = ['events', 'sessions', 'rejected_events', 'ledgers']

/**
 * @example
 * eventViews(battleEvents)[0]?.sql
 * // CREATE OR REPLACE VIEW "bullet_fired" AS SELECT session_id, seq, ts, received_at, … AS "shipId" FROM events WHERE type = 'bullet_fired'
 */
export function eventViews(definitions: EventDefinitions): readonly EventView[] {
  const types = Object.entries(definitions.schemas)
  const names = uniqueNames(
    types.map(([type]) => type),
    takenNames,
    'event_',
  )
  return types.map(([type, schema], at) => eventView(type, names[at] ?? type, schema))
}

function eventView(type: string, name: string, schema: StandardSchema): EventView {
  const columns = columnsOf(schema) ?? [{ key: undefined, name: 'data', type: 'JSON' }]
  const names = uniqueNames(
    columns.map((column) => column.name),
    ownColumns,
    'data_',
  )
  const selected = columns.map((column, at) => `${expressionOf(column)} AS ${quoteName(names[at] ?? column.name)}`)
  const sql = `CREATE OR REPLACE VIEW ${quoteName(name)} AS SELECT ${[...ownColumns, ...selected].join(', ')}
    FROM events WHERE type = ${quoteText(type)}`
  return { type, name, columns: [...ownColumns, ...names], sql }
}

/** TRY, so that one row that is not what the schema says is NULL here and breaks nothing. */
function expressionOf({ key, type }: Column): string {
  if (key === undefined) return 'data'
  const pointer = quoteText(`/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`)
  if (type === 'JSON') return `TRY(json_extract(data, ${pointer}))`
  return `TRY(TRY_CAST(json_extract_string(data, ${pointer}) AS ${type}))`
}
