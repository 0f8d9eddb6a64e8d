/**
 * Bounds how many columns a query has, in itself and wherever it nests, and how much one of their values is made of, from
 * its tree alone: stars multiply, structs and text are put together, and the database does it all before it can be
 * interrupted.
 */
import { complexityLimits } from './query-complexity.ts'
import { constantOf, isNode, nameOf, nodesOf, Refusal, type SqlNode } from './sql-tree.ts'

export interface Width {
  readonly columns: number
  /** Of which a value is made: a table's column is one; a struct, or text that is put together, the sum of its parts. */
  readonly parts: number
}

interface Source extends Width {
  readonly name: string | undefined
}

interface Scope {
  readonly sources: readonly Source[]
  /** What the SELECT has named so far. */
  readonly aliases: Map<string, number>
  /** Of a value of the queries around. */
  readonly outerParts: number
  readonly widths: ReadonlyMap<string, Width>
}

/** Queries that WITH has named, and relations, by their columns. */
type Widths = ReadonlyMap<string, Width>

/** Of `information_schema`, of SHOW and its like, of JSON's rows: more than there are. */
const systemColumns = 64

const gathering = new Set(
  '|| concat concat_ws list_value list_concat list_append row struct_pack map json_object json_array'.split(' '),
)
/** What they escape may be escaped again. */
const doubling = new Set('hex regexp_escape to_json json_quote json_object json_array'.split(' '))
/** Which argument takes the place of each thing found, or stands between each two. */
const filling: Readonly<Record<string, number>> = { replace: 2, regexp_replace: 2, array_to_string: 1 }

/** @throws {Refusal} */
export function inspectWidth(query: SqlNode, relations: ReadonlyMap<string, number>): void {
  const widths = new Map<string, Width>()
  for (const [name, columns] of relations) {
    // With its schema it stays what it is, whatever WITH calls so.
    for (const way of [name, `main.${name}`]) widths.set(way, { columns, parts: 1 })
  }
  widthOf(query, widths, 1)
}

function widthOf(query: SqlNode, around: Widths, outerParts: number): Width {
  const widths = new Map(around)
  for (const { key, value } of nodesOf((query.cte_map as SqlNode | undefined)?.map)) {
    const inner = isNode(value) && isNode(value.query) ? value.query.node : undefined
    if (isNode(inner)) widths.set(String(key).toLowerCase(), widthOf(inner, widths, outerParts))
  }
  if (query.type === 'SELECT_NODE') return widthOfSelect(query, widths, outerParts)
  let width: Width = { columns: 0, parts: 1 }
  for (const side of [query.left, query.query, query.right, query.child]) {
    if (!isNode(side)) continue
    const next = widthOf(side, widths, outerParts)
    const byName = String(query.setop_type).endsWith('BY_NAME')
    width = checked({
      columns: byName ? width.columns + next.columns : Math.max(width.columns, next.columns),
      parts: Math.max(width.parts, next.parts),
    })
    // What a recursion, or a query that has a name, gives to what comes after it.
    const name = nameOf(query.cte_name)
    if (name !== undefined) widths.set(name, width)
  }
  return width
}

function widthOfSelect(select: SqlNode, widths: Widths, outerParts: number): Width {
  const sources = sourcesOf(select.from_table, widths, outerParts)
  const scope: Scope = { sources, aliases: new Map(), outerParts, widths }
  let columns = 0
  let parts = 1
  for (const item of nodesOf(select.select_list)) {
    const size = partsOf(item, scope)
    const isStar = item.class === 'STAR'
    columns += columnsOf(item, scope, size)
    if (holdsStar(item)) inspectStar(item, scope)
    parts = Math.max(parts, isStar ? valueParts(scope) : size)
    const alias = nameOf(item.alias)
    if (alias !== undefined) scope.aliases.set(alias, Math.max(size, scope.aliases.get(alias) ?? 1))
    checked({ columns, parts })
  }
  const { select_list: _items, from_table: _from, cte_map: _names, ...rest } = select
  partsOfAll(Object.values(rest), scope)
  for (const part of childrenOf(rest)) if (holdsStar(part)) inspectStar(part, scope)
  return checked({ columns, parts })
}

function columnsOf(item: SqlNode, scope: Scope, size: number): number {
  const from = nameOf(item.relation_name)
  const named = scope.sources.find(({ name }) => from !== undefined && name === from)
  if (named) return named.columns
  // `t.*` of what is no table here is a struct's; `unnest` makes columns of a struct's fields.
  if (from !== undefined || item.function_name === 'unnest') return Math.max(size, valueParts(scope))
  return holdsStar(item) ? totalColumns(scope) : 1
}

/** Whatever is around COLUMNS is made anew for each column, and so is the name, in which `\\1` stands for the column's. */
function inspectStar(item: SqlNode, scope: Scope): void {
  if (countNodes(item) * totalColumns(scope) > complexityLimits.maxBoundNodes) {
    throw new Refusal('Expected less around COLUMNS(), or fewer columns. Name those that you need.')
  }
  if (String(item.alias).split('\\').length > 2) {
    throw new Refusal('Expected a name of COLUMNS() that holds the name of its column once.')
  }
}

const countNodes = (node: SqlNode): number => childrenOf(node).reduce((count, child) => count + countNodes(child), 1)

/** Not those of queries within, which are columns there. */
const holdsStar = (node: SqlNode): boolean =>
  node.class === 'STAR' || (node.class !== 'SUBQUERY' && childrenOf(node).some(holdsStar))

function sourcesOf(from: unknown, widths: Widths, outerParts: number): readonly Source[] {
  if (!isNode(from)) return []
  if (from.type === 'JOIN') {
    const left = sourcesOf(from.left, widths, outerParts)
    const right = sourcesOf(from.right, widths, Math.max(outerParts, ...left.map(({ parts }) => parts)))
    const sources = [...left, ...right]
    partsOf({ condition: from.condition }, { sources, aliases: new Map(), outerParts, widths })
    return sources
  }
  const name = nameOf(from.alias) ?? nameOf(from.table_name)
  return [{ name, ...checked(widthOfSource(from, widths, outerParts)) }]
}

function widthOfSource(from: SqlNode, widths: Widths, outerParts: number): Width {
  const scope: Scope = { sources: [], aliases: new Map(), outerParts, widths }
  switch (from.type) {
    case 'BASE_TABLE':
      return widths.get(fullNameOf(from)) ?? { columns: systemColumns, parts: 1 }
    case 'SUBQUERY': {
      const query = isNode(from.subquery) ? from.subquery.node : undefined
      return isNode(query) ? widthOf(query, widths, outerParts) : { columns: 0, parts: 1 }
    }
    case 'PIVOT': {
      const source = sourcesOf(from.source, widths, outerParts)
      const parts = partsOfAll([from.aggregates, from.pivots], { ...scope, sources: source })
      const entries = nodesOf(from.pivots).map((pivot) => nodesOf(pivot.entries).length + 1)
      const made = entries.reduce((product, count) => product * count, nodesOf(from.aggregates).length + 1)
      return { columns: totalColumns({ ...scope, sources: source }) + made, parts }
    }
    case 'EXPRESSION_LIST': {
      const rows = Array.isArray(from.values) ? from.values : []
      return { columns: nodesOf(rows[0]).length, parts: partsOfAll(rows, scope) }
    }
    default: {
      // Functions, and what SHOW, DESCRIBE and SUMMARIZE tell of a query.
      const parts = partsOfAll(Object.values(from), scope)
      return { columns: systemColumns + parts, parts }
    }
  }
}

const fullNameOf = ({ schema_name: schema, table_name: name }: SqlNode): string =>
  (schema ? `${schema}.${name}` : String(name)).toLowerCase()

function partsOf(node: SqlNode, scope: Scope): number {
  if (node.class === 'COLUMN_REF') return partsOfColumn(node, scope)
  if (node.class === 'POSITIONAL_REFERENCE') return valueParts(scope)
  if (node.type === 'OPERATOR_UNPACK') return totalColumns(scope) * valueParts(scope)
  if (node.class === 'STAR') {
    // COLUMNS makes an expression a column, and only `*COLUMNS` puts them all into one.
    const held = node.columns === true ? 1 : totalColumns(scope)
    return Math.max(held * valueParts(scope), partsOfAll(childrenOf(node), scope))
  }
  if (typeof node.type === 'string' && node.type.endsWith('_NODE')) {
    return widthOf(node, scope.widths, valueParts(scope)).parts
  }
  const parts = childrenOf(node).map((child) => partsOf(child, scope))
  const name = nameOf(node.function_name) ?? ''
  const whole = gathering.has(name) ? parts.reduce((sum, count) => sum + count, 0) : Math.max(1, ...parts)
  const fields = node.class === 'CAST' ? fieldsOf(node.cast_type) : 1
  return checked({ columns: 0, parts: Math.max(whole * factorOf(node, name), fields) }).parts
}

/** Of a type: itself, and all that are in it. */
function fieldsOf(type: unknown): number {
  if (!isNode(type)) return 0
  const { child_type: child, child_types: children } = isNode(type.type_info) ? type.type_info : {}
  return nodesOf(children).reduce((fields, { second }) => fields + fieldsOf(second), 1 + fieldsOf(child))
}

/** By how much a call, or a cast to text, makes more of what it gets. */
function factorOf(node: SqlNode, name: string): number {
  if (doubling.has(name)) return 2
  if (node.class === 'CAST') return isNode(node.cast_type) && node.cast_type.id === 'VARCHAR' ? 2 : 1
  const filler = filling[name]
  if (filler === undefined) return 1
  const [, found] = nodesOf(node.children)
  const text = constantOf(nodesOf(node.children)[filler])
  if (typeof text !== 'string') return complexityLimits.maxParts / 16
  const replaced = name === 'replace' ? String(constantOf(found) ?? '').length : 1
  return Math.max(1, Math.ceil(text.length / Math.max(1, replaced)))
}

/** A table's own name stands for a struct of its columns. */
function partsOfColumn(node: SqlNode, scope: Scope): number {
  const names = Array.isArray(node.column_names) ? node.column_names : []
  const name = nameOf(names.at(-1))
  const source = scope.sources.find((candidate) => candidate.name === name)
  if (source) return source.columns * source.parts
  return Math.max(valueParts(scope), scope.aliases.get(name ?? '') ?? 1)
}

function partsOfAll(values: readonly unknown[], scope: Scope): number {
  let parts = 1
  for (const value of values) {
    if (Array.isArray(value)) parts = Math.max(parts, partsOfAll(value, scope))
    else if (isNode(value)) parts = Math.max(parts, partsOf(value, scope))
  }
  return parts
}

const childrenOf = (node: SqlNode): readonly SqlNode[] =>
  Object.values(node).flatMap((part) => (Array.isArray(part) ? part.flat().filter(isNode) : isNode(part) ? [part] : []))

const totalColumns = ({ sources }: Scope): number => sources.reduce((total, { columns }) => total + columns, 0)

const valueParts = ({ sources, outerParts }: Scope): number =>
  Math.max(outerParts, ...sources.map(({ parts }) => parts))

function checked<Checked extends Width>(width: Checked): Checked {
  const { maxColumns, maxParts } = complexityLimits
  if (width.columns > maxColumns) throw new Refusal(`Expected at most ${maxColumns} columns. Name those that you need.`)
  if (width.parts > maxParts)
    throw new Refusal(`Expected values of at most ${maxParts} parts. Put less of them together.`)
  return width
}
