/**
 * Inspects a parsed query before the database binds it, for binding alone already opens files and calls table functions.
 * The input is the tree of DuckDB's `json_serialize_sql`. What is not known here is refused.
 */
import { allowedFunctions, allowedNamedTypes, allowedTableFunctions, allowedTypes } from './allowed-functions.ts'
import { inspectArguments } from './inspect-arguments.ts'
import { queryShapeLimits } from './query-limits.ts'
import { inspectWidth } from './query-width.ts'
import { type SqlNode as Node, nameOf, nodesOf, Refusal } from './sql-tree.ts'

/** Where in the tree the walk is. */
interface Place {
  /** Names that WITH has given so far, and what each stands for, in nodes: the database may put it in wherever it is used. */
  readonly scope: ReadonlyMap<string, number>
  readonly depth: number
  /** How often the database binds what is below this place. */
  readonly copies: number
  /** What names of the same SELECT stand for, in nodes: the database puts it in wherever they are used. */
  readonly aliases: ReadonlyMap<string, number>
}

/** How often it binds what is in their arguments: these functions are macros. */
const copiesOf: Readonly<Record<string, number>> = {
  nullif: 2,
  fmod: 2,
  round_even: 3,
  split_part: 3,
  array_to_string: 2,
  json_group_array: 2,
  json_group_object: 3,
}

const expressionClasses = new Set(
  'BETWEEN CASE CAST COLLATE COLUMN_REF COMPARISON CONJUNCTION CONSTANT FUNCTION LAMBDA OPERATOR POSITIONAL_REFERENCE STAR SUBQUERY WINDOW'.split(
    ' ',
  ),
)

const queryNodes = new Set(['SELECT_NODE', 'SET_OPERATION_NODE', 'RECURSIVE_CTE_NODE', 'CTE_NODE'])

const otherNodes = new Set([
  ...['BASE_TABLE', 'SUBQUERY', 'JOIN', 'TABLE_FUNCTION', 'EXPRESSION_LIST', 'EMPTY', 'PIVOT', 'SHOW_REF'],
  ...['ORDER_MODIFIER', 'LIMIT_MODIFIER', 'LIMIT_PERCENT_MODIFIER', 'DISTINCT_MODIFIER'],
  ...['ORDER_DEFAULT', 'ASCENDING', 'DESCENDING'],
])

const systemViews = new Set(['tables', 'columns'])
const plainName = /^(?!duckdb_|pg_|pragma_|sqlite_|information_schema)[\p{L}_][\p{L}\p{N}_]*$/iu
/** To the parser `data -> 'a'` is a lambda. Real ones need a function that takes them, and none is allowed. */
const isArrow = (node: Node): boolean => node.class === 'LAMBDA' || node.function_name === '->>'
const isTwofold = (node: Node, kind: string): boolean => queryNodes.has(kind) || kind === 'BETWEEN' || isArrow(node)

/**
 * @param statements as DuckDB's `json_serialize_sql` has them
 * @param relations tables and views that may be read, in lower case, and how many columns each has
 * @throws {Refusal} where the query may not run
 */
export function inspectSql(statements: readonly Node[], relations: ReadonlyMap<string, number>): void {
  let nodes = 0
  let bound = 0
  let tables = 0
  let withNames = 0
  walk(statements, { scope: new Map(), depth: 0, copies: 1, aliases: new Map() })
  for (const { node } of statements) inspectWidth(node as Node, relations)

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
        count(place, place.aliases.get(nameOf((node.column_names as unknown[]).at(-1)) ?? '') ?? 0)
        return
      case 'SELECT_NODE':
        visitSelect(node, place)
        return
      case 'CAST':
        checkType(node.cast_type)
        break
      case 'FUNCTION':
      case 'WINDOW':
        inspectArguments(checkFunction(node, allowedFunctions), node)
        break
      case 'BASE_TABLE':
        checkTable(node, place)
        break
      case 'SHOW_REF':
        checkShow(node)
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

  /** Everything that hangs on a node, under whatever name; WITH comes first, for the rest may use its names. */
  function walkParts(node: Node, place: Place): void {
    const inner = { ...place, scope: scopeOf(node.cte_map, place) }
    for (const [name, part] of Object.entries(node)) {
      if (name !== 'cte_map' && name !== 'cast_type') walk(part, inner)
    }
  }

  /** Its columns come first, for the rest may use their names. */
  function visitSelect(select: Node, place: Place): void {
    const { select_list: items, from_table: from, cte_map: names, ...rest } = select
    const scope = scopeOf(names, place)
    walk(from, { ...place, scope, aliases: new Map() })
    const aliases = new Map<string, number>()
    const inner = { ...place, scope, aliases }
    for (const item of nodesOf(items)) {
      const before = bound
      walk(item, inner)
      const alias = nameOf(item.alias)
      if (alias !== undefined) aliases.set(alias, (bound - before) / place.copies)
    }
    walkParts(rest, inner)
  }

  function count({ copies }: Place, nodes: number): void {
    bound += nodes * copies
    if (bound > queryShapeLimits.maxBoundNodes || copies > queryShapeLimits.maxCopies) throw tooLong()
  }

  function enter(node: Node, kind: string, around: Place): Place {
    const known = node.class === undefined ? queryNodes.has(kind) || otherNodes.has(kind) : expressionClasses.has(kind)
    if (!known) refuse(`A ${kind.toLowerCase().replaceAll('_', ' ')}`)
    nodes++
    if (kind === 'BASE_TABLE' || kind === 'TABLE_FUNCTION') tables++
    const copies = isTwofold(node, kind) ? 2 : (copiesOf[nameOf(node.function_name) ?? ''] ?? 1)
    const place = { ...around, depth: around.depth + 1, copies: around.copies * copies }
    const { maxNodes, maxTables, maxDepth, maxGroupingSets } = queryShapeLimits
    const groupingSets = Array.isArray(node.group_sets) ? node.group_sets.length : 0
    if (nodes > maxNodes || place.depth > maxDepth) throw tooLong()
    count(place, 1)
    if (tables > maxTables) throw new Refusal(`The query reads from more than ${maxTables} tables. Split it up.`)
    if (groupingSets > maxGroupingSets) throw new Refusal(`Expected at most ${maxGroupingSets} grouping sets.`)
    return place
  }

  /** A name of WITH holds for what comes after it: before, the same name would be a table of the system. */
  function scopeOf(withClause: unknown, place: Place): ReadonlyMap<string, number> {
    const entries = (withClause as { map?: readonly { key: string; value: Node }[] } | undefined)?.map
    if (!entries?.length) return place.scope
    const scope = new Map(place.scope)
    for (const { key, value } of entries) {
      const name = withName(key)
      if (++withNames > queryShapeLimits.maxWithNames) throw new Refusal('Too many names in WITH. Split the query up.')
      const before = bound
      walk(value, { ...place, scope })
      scope.set(name, (bound - before) / place.copies)
    }
    return scope
  }

  /** Only the right side of its UNION reads what the recursion has so far. */
  function visitRecursion(node: Node, place: Place): void {
    const { right, cte_name: name, cte_map: names, ...rest } = node
    const scope = scopeOf(names, place)
    walkParts(rest, { ...place, scope })
    walk(right, { ...place, scope: new Map([...scope, [withName(name), 0]]) })
  }

  function visitTableFunction(node: Node, place: Place): void {
    const { function: call, ...rest } = node
    checkFunction(call as Node, allowedTableFunctions)
    walk((call as Node).children, place)
    walkParts(rest, place)
  }

  function checkFunction(node: Node, allowed: ReadonlySet<string>): string {
    const name = String(node.function_name).toLowerCase()
    if (!allowed.has(name)) refuse(`The function ${name}`)
    return name
  }

  function checkTable(node: Node, place: Place): void {
    const name = String(node.table_name).toLowerCase()
    const schema = String(node.schema_name ?? '').toLowerCase()
    if (node.catalog_name) refuse(`The database "${node.catalog_name}"`)
    const named = schema === '' ? place.scope.get(name) : undefined
    const known = named ?? (schema === '' || schema === 'main' ? relations.get(name) : undefined)
    if (known !== undefined) {
      count(place, known)
      return
    }
    if (schema === 'information_schema' && systemViews.has(name)) return
    refuse(`The table "${node.table_name}"`, `There are: ${[...relations.keys()].slice(0, 20).join(', ')}.`)
  }

  /** SHOW TABLES names no table; DESCRIBE and SUMMARIZE carry a query, which the walk sees. */
  function checkShow(node: Node): void {
    const name = node.table_name
    const lists = name === undefined || name === '"tables"' || name === '__show_tables_expanded'
    if (!lists) refuse(`SHOW ${name}`, 'There are SHOW TABLES, DESCRIBE and SUMMARIZE.')
  }

  function checkType(type: unknown): void {
    if (typeof type !== 'object' || type === null) return
    const { id, type_info: info } = type as { id?: unknown; type_info?: Node }
    const named = id === 'UNBOUND' && allowedNamedTypes.has(String(info?.name).toLowerCase())
    if (!named && (!allowedTypes.has(String(id)) || info?.alias)) refuse(`The type ${info?.name ?? info?.alias ?? id}`)
    checkType(info?.child_type)
    for (const { second } of (info?.child_types ?? []) as readonly { second: unknown }[]) checkType(second)
  }
}

function withName(name: unknown): string {
  if (!plainName.test(String(name))) throw new Refusal(`Expected a plain name after WITH, got "${name}"`)
  return String(name).toLowerCase()
}

const tooLong = () => new Refusal('The query is too long or nests too deeply. Split it up.')

function refuse(what: string, advice = 'A query computes over the tables of the collector, and nothing else.'): never {
  throw new Refusal(`${what} is not allowed here. ${advice}`)
}
