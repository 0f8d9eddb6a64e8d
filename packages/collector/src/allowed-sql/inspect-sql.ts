/**
 * Inspects a parsed query before the database binds it, for binding alone already opens files and calls table functions.
 * The input is the tree of DuckDB's `json_serialize_sql`. What is not known here is refused.
 */
import { allowedFunctions, allowedTableFunctions } from './allowed-functions.ts'
import { inspectArguments } from './inspect-arguments.ts'
import {
  inspectFunction,
  inspectKind,
  inspectShow,
  inspectTable,
  inspectType,
  inspectWithName,
} from './inspect-names.ts'
import { type ComplexityLimiter, copiesBelow, createComplexityLimiter } from './query-complexity.ts'
import { inspectWidth } from './query-width.ts'
import { type SqlNode as Node, nameOf, nodesOf } from './sql-tree.ts'

/** Where in the tree the walk is. */
interface Place {
  readonly relations: ReadonlyMap<string, number>
  /** Of the whole query. */
  readonly complexity: ComplexityLimiter
  /** Names that WITH has given so far, and what each stands for, in nodes: the database may put it in wherever it is used. */
  readonly scope: ReadonlyMap<string, number>
  readonly depth: number
  /** How often the database binds what is below this place. */
  readonly copies: number
  /** What names of the same SELECT stand for, in nodes: the database puts it in wherever they are used. */
  readonly aliases: ReadonlyMap<string, number>
}

/**
 * @param statements as DuckDB's `json_serialize_sql` has them
 * @param relations tables and views that may be read, in lower case, and how many columns each has
 * @throws {Refusal} where the query may not run
 */
export function inspectSql(statements: readonly Node[], relations: ReadonlyMap<string, number>): void {
  const complexity = createComplexityLimiter()
  walk(statements, { relations, complexity, scope: new Map(), depth: 0, copies: 1, aliases: new Map() })
  for (const { node } of statements) inspectWidth(node as Node, relations)
}

function walk(value: unknown, place: Place): void {
  if (Array.isArray(value)) {
    for (const item of value) walk(item, place)
  } else if (typeof value === 'object' && value !== null) {
    visit(value as Node, place)
  }
}

function visit(node: Node, around: Place): void {
  const kind = node.class ?? node.type
  if (typeof kind !== 'string') {
    walkParts(node, around)
    return
  }
  const place = enter(node, kind, around)
  switch (kind) {
    case 'CONSTANT':
      return
    case 'COLUMN_REF':
      visitColumn(node, place)
      return
    case 'SELECT_NODE':
      visitSelect(node, place)
      return
    case 'CAST':
      inspectType(node.cast_type)
      break
    case 'FUNCTION':
    case 'WINDOW':
      inspectArguments(inspectFunction(node, allowedFunctions), node)
      break
    case 'BASE_TABLE':
      place.complexity.bind(inspectTable(node, place.scope, place.relations), place.copies)
      break
    case 'SHOW_REF':
      inspectShow(node)
      break
    case 'TABLE_FUNCTION':
      visitTableFunction(node, place)
      return
    case 'RECURSIVE_CTE_NODE':
      visitRecursion(node, place)
      return
  }
  walkParts(node, place)
}

function enter(node: Node, kind: string, around: Place): Place {
  inspectKind(node, kind)
  const place = { ...around, depth: around.depth + 1, copies: around.copies * copiesBelow(node, kind) }
  place.complexity.enter(node, kind, place)
  return place
}

/** Everything that hangs on a node, under whatever name; WITH comes first, for the rest may use its names. */
function walkParts(node: Node, place: Place): void {
  const inner = { ...place, scope: scopeOf(node.cte_map, place) }
  for (const [name, part] of Object.entries(node)) {
    if (name !== 'cte_map' && name !== 'cast_type') walk(part, inner)
  }
}

function visitColumn(column: Node, { complexity, copies, aliases }: Place): void {
  const name = nameOf((column.column_names as unknown[]).at(-1)) ?? ''
  complexity.bind(aliases.get(name) ?? 0, copies)
}

/** Its columns come first, for the rest may use their names. */
function visitSelect(select: Node, place: Place): void {
  const { select_list: items, from_table: from, cte_map: names, ...rest } = select
  const scope = scopeOf(names, place)
  walk(from, { ...place, scope, aliases: new Map() })
  const aliases = new Map<string, number>()
  const inner = { ...place, scope, aliases }
  for (const item of nodesOf(items)) {
    const size = sizeOf(item, inner)
    const alias = nameOf(item.alias)
    if (alias !== undefined) aliases.set(alias, size)
  }
  walkParts(rest, inner)
}

/** A name of WITH holds for what comes after it: before, the same name would be a table of the system. */
function scopeOf(withClause: unknown, place: Place): ReadonlyMap<string, number> {
  const entries = (withClause as { map?: readonly { key: string; value: Node }[] } | undefined)?.map
  if (!entries?.length) return place.scope
  const scope = new Map(place.scope)
  for (const { key, value } of entries) {
    const name = inspectWithName(key)
    place.complexity.addWithName()
    scope.set(name, sizeOf(value, { ...place, scope }))
  }
  return scope
}

/** Walks a part, and tells how many nodes it stands for. */
function sizeOf(part: Node, place: Place): number {
  const before = place.complexity.bound
  walk(part, place)
  return (place.complexity.bound - before) / place.copies
}

/** Only the right side of its UNION reads what the recursion has so far. */
function visitRecursion(node: Node, place: Place): void {
  const { right, cte_name: name, cte_map: names, ...rest } = node
  const scope = scopeOf(names, place)
  walkParts(rest, { ...place, scope })
  walk(right, { ...place, scope: new Map([...scope, [inspectWithName(name), 0]]) })
}

function visitTableFunction(node: Node, place: Place): void {
  const { function: call, ...rest } = node
  inspectFunction(call as Node, allowedTableFunctions)
  walk((call as Node).children, place)
  walkParts(rest, place)
}
