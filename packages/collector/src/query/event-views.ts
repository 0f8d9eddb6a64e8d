/** Defines one SQL view an event type, with the columns that its schema promises, or all versions of it. */
import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import type { EventDefinitions, StandardSchema } from '@downlink/protocol'
import { quoteName, quoteText } from './quote.ts'
import { type Column, columnsOf } from './schema-columns.ts'

/** A type's view, not made yet. */
export interface ViewPlan {
  readonly type: string
  /** The type itself, unless a table or another type has that name. */
  readonly name: string
  readonly schema: StandardSchema
}

export interface EventView {
  readonly columns: readonly string[]
  /** Creates or replaces the view. */
  readonly sql: string
}

/** A view as text: schemas are code, and stay in the collector's process. */
export interface ViewDefinition {
  readonly type: string
  readonly name: string
  readonly sql: string
  /** Of `sql`. */
  readonly fingerprint: string
}

/** Of each view, whatever its type. */
export const ownColumns: readonly string[] = ['session_id', 'seq', 'ts', 'corrected_ts', 'received_at', 'context']

/** Names that are tables here, or that the database takes for its own. Such a type's view is `event_<type>`. */
const takenNames =
  /^((events|sessions|rejected_events|ledgers|label_history)$|duckdb_|pg_|pragma_|sqlite_|information_schema)/i

/** @param tables names beside those that are taken everywhere */
export function planViews({ schemas }: EventDefinitions, tables: readonly string[] = []): readonly ViewPlan[] {
  const types = Object.entries(schemas)
  const names = uniqueNames(
    types.map(([type]) => type),
    (name) => takenNames.test(name) || tables.includes(name.toLowerCase()),
    'event_',
  )
  return types.map(([type, schema], at) => ({ type, name: names[at] ?? type, schema }))
}

/**
 * @example
 * eventView({ type: 'bullet_fired', name: 'bullet_fired', schema }).sql
 * // CREATE OR REPLACE VIEW "bullet_fired" AS SELECT session_id, seq, ts, corrected_ts, received_at, context, … AS "shipId" FROM events WHERE type = 'bullet_fired'
 */
export function eventView({ type, name, schema }: ViewPlan): EventView {
  const columns = columnsOf(schema)
  const names = uniqueNames(
    columns.map((column) => column.name),
    (column) => ownColumns.includes(column.toLowerCase()),
    'data_',
  )
  const selected = columns.map((column, at) => `${expressionOf(column)} AS ${quoteName(names[at] ?? column.name)}`)
  const sql = `CREATE OR REPLACE VIEW ${quoteName(name)} AS SELECT ${[...ownColumns, ...selected].join(', ')}
    FROM events WHERE type = ${quoteText(type)}`
  return { columns: [...ownColumns, ...names], sql }
}

/** The first ten thousand take seconds; whatever else happens has its turn between two steps. */
const viewsPerStep = 100

export async function describeViews(definitions: EventDefinitions): Promise<readonly ViewDefinition[]> {
  const views: ViewDefinition[] = []
  for (const plan of planViews(definitions)) {
    const { sql } = eventView(plan)
    const fingerprint = createHash('sha256').update(sql).digest('hex')
    views.push({ type: plan.type, name: plan.name, sql, fingerprint })
    if (views.length % viewsPerStep === 0) await setImmediate()
  }
  return views
}

/** TRY, so that one row that is not what the schema says is NULL here and breaks nothing. */
function expressionOf({ key, type }: Column): string {
  if (key === undefined) return 'data'
  const pointer = quoteText(`/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`)
  if (type === 'JSON') return `TRY(json_extract(data, ${pointer}))`
  return `TRY(TRY_CAST(json_extract_string(data, ${pointer}) AS ${type}))`
}

/**
 * @param isTaken names that get the prefix
 * @example uniqueNames(['seq', 'X', 'x'], (name) => name === 'seq', 'data_') // ['data_seq', 'X', 'x_2']
 */
export function uniqueNames(
  wanted: readonly string[],
  isTaken: (name: string) => boolean,
  prefix: string,
): readonly string[] {
  const used = new Set<string>()
  return wanted.map((name) => {
    const base = isTaken(name) ? `${prefix}${name}` : name
    let unique = base
    for (let count = 2; used.has(unique.toLowerCase()); count++) unique = `${base}_${count}`
    used.add(unique.toLowerCase())
    return unique
  })
}
