/** Inspects what a node of a query is and names: kinds, functions, types, tables. What is not known here is refused. */
import { allowedNamedTypes, allowedTypes } from './allowed-functions.ts'
import { isQueryKind, Refusal, type SqlNode } from './sql-tree.ts'

const expressionClasses = new Set(
  'BETWEEN CASE CAST COLLATE COLUMN_REF COMPARISON CONJUNCTION CONSTANT FUNCTION LAMBDA OPERATOR POSITIONAL_REFERENCE STAR SUBQUERY WINDOW'.split(
    ' ',
  ),
)

const otherKinds = new Set([
  ...['BASE_TABLE', 'SUBQUERY', 'JOIN', 'TABLE_FUNCTION', 'EXPRESSION_LIST', 'EMPTY', 'PIVOT', 'SHOW_REF'],
  ...['ORDER_MODIFIER', 'LIMIT_MODIFIER', 'LIMIT_PERCENT_MODIFIER', 'DISTINCT_MODIFIER'],
  ...['ORDER_DEFAULT', 'ASCENDING', 'DESCENDING'],
])

const systemViews = new Set(['tables', 'columns'])
const plainName = /^(?!duckdb_|pg_|pragma_|sqlite_|information_schema)[\p{L}_][\p{L}\p{N}_]*$/iu

/** @throws {Refusal} */
export function inspectKind(node: SqlNode, kind: string): void {
  const known = node.class === undefined ? isQueryKind(kind) || otherKinds.has(kind) : expressionClasses.has(kind)
  if (!known) refuse(`A ${kind.toLowerCase().replaceAll('_', ' ')}`)
}

/**
 * @returns its name, in lower case
 * @throws {Refusal}
 */
export function inspectFunction(call: SqlNode, allowed: ReadonlySet<string>): string {
  const name = String(call.function_name).toLowerCase()
  if (!allowed.has(name)) refuse(`The function ${name}`)
  return name
}

/**
 * @param type of a cast
 * @throws {Refusal}
 */
export function inspectType(type: unknown): void {
  if (typeof type !== 'object' || type === null) return
  const { id, type_info: info } = type as { id?: unknown; type_info?: SqlNode }
  const named = id === 'UNBOUND' && allowedNamedTypes.has(String(info?.name).toLowerCase())
  if (!named && (!allowedTypes.has(String(id)) || info?.alias)) refuse(`The type ${info?.name ?? info?.alias ?? id}`)
  inspectType(info?.child_type)
  for (const { second } of (info?.child_types ?? []) as readonly { second: unknown }[]) inspectType(second)
}

/**
 * @param scope names that WITH has given, and what each stands for, in nodes
 * @param relations tables and views that may be read, and how many columns each has
 * @returns what the table stands for, in nodes
 * @throws {Refusal}
 */
export function inspectTable(
  table: SqlNode,
  scope: ReadonlyMap<string, number>,
  relations: ReadonlyMap<string, number>,
): number {
  const name = String(table.table_name).toLowerCase()
  const schema = String(table.schema_name ?? '').toLowerCase()
  if (table.catalog_name) refuse(`The database "${table.catalog_name}"`)
  const named = schema === '' ? scope.get(name) : undefined
  const known = named ?? (schema === '' || schema === 'main' ? relations.get(name) : undefined)
  if (known !== undefined) return known
  if (schema === 'information_schema' && systemViews.has(name)) return 0
  return refuse(`The table "${table.table_name}"`, `There are: ${[...relations.keys()].slice(0, 20).join(', ')}.`)
}

/**
 * SHOW TABLES names no table; DESCRIBE and SUMMARIZE carry a query, which is inspected as any other.
 *
 * @throws {Refusal}
 */
export function inspectShow({ table_name: name }: SqlNode): void {
  const lists = name === undefined || name === '"tables"' || name === '__show_tables_expanded'
  if (!lists) refuse(`SHOW ${name}`, 'There are SHOW TABLES, DESCRIBE and SUMMARIZE.')
}

/**
 * A name that WITH gives: another could be one of the system's, and hide it from whoever inspects.
 *
 * @returns the name as the database compares it
 * @throws {Refusal}
 */
export function inspectWithName(name: unknown): string {
  if (!plainName.test(String(name))) throw new Refusal(`Expected a plain name after WITH, got "${name}"`)
  return String(name).toLowerCase()
}

function refuse(what: string, advice = 'A query computes over the tables of the collector, and nothing else.'): never {
  throw new Refusal(`${what} is not allowed here. ${advice}`)
}
