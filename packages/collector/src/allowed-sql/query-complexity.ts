/** Limits how complicated a query may be: counts what it is made of while its tree is walked, and refuses what is beyond. */
import { isQueryKind, nameOf, Refusal, type SqlNode } from './sql-tree.ts'

/**
 * How complicated a query may be. Planning can't be interrupted, and some shapes take time that doubles with each level:
 * on DuckDB 1.5, 24 nested arrows or scalar subqueries, or 24 names in WITH that each use the one before twice, plan for
 * over ten seconds, 12 for under 0.2.
 */
export const complexityLimits = {
  maxNodes: 4000,
  maxDepth: 64,
  /** Of one place: a query or an arrow around it makes two, a BETWEEN, or a function that is a macro, as many as it says. */
  maxCopies: 4096,
  /** Nodes with all their copies, also those that a name of the same SELECT stands for. */
  maxBoundNodes: 50_000,
  /** Of a query, and of each within it. */
  maxColumns: 2000,
  /** Of which one value is made: fields of a struct, or values of a table that are put together as text. */
  maxParts: 1024,
  maxTables: 24,
  maxWithNames: 12,
  maxGroupingSets: 256,
} as const

export interface ComplexityLimiter {
  /** Nodes that the database binds, each as often as it does. */
  readonly bound: number
  /** Counts a node that the walk has come to. */
  enter(node: SqlNode, kind: string, place: { readonly depth: number; readonly copies: number }): void
  /** Counts what a name stands for, in nodes: the database puts it in wherever the name is used. */
  bind(nodes: number, copies: number): void
  /** Counts a name of WITH. */
  addWithName(): void
}

/** Each of its methods throws a `Refusal`. */
export function createComplexityLimiter(): ComplexityLimiter {
  let nodes = 0
  let bound = 0
  let tables = 0
  let withNames = 0

  return {
    get bound() {
      return bound
    },
    enter(node, kind, { depth, copies }) {
      const { maxNodes, maxTables, maxDepth, maxGroupingSets } = complexityLimits
      if (++nodes > maxNodes || depth > maxDepth) throw tooLong()
      bind(1, copies)
      if (kind === 'BASE_TABLE' || kind === 'TABLE_FUNCTION') tables++
      if (tables > maxTables) throw new Refusal(`The query reads from more than ${maxTables} tables. Split it up.`)
      const groupingSets = Array.isArray(node.group_sets) ? node.group_sets.length : 0
      if (groupingSets > maxGroupingSets) throw new Refusal(`Expected at most ${maxGroupingSets} grouping sets.`)
    },
    bind,
    addWithName() {
      if (++withNames > complexityLimits.maxWithNames) throw new Refusal('Too many names in WITH. Split the query up.')
    },
  }

  function bind(nodes: number, copies: number): void {
    bound += nodes * copies
    if (bound > complexityLimits.maxBoundNodes || copies > complexityLimits.maxCopies) throw tooLong()
  }
}

/** These functions are macros. */
const macroCopies: Readonly<Record<string, number>> = {
  nullif: 2,
  fmod: 2,
  round_even: 3,
  split_part: 3,
  array_to_string: 2,
  json_group_array: 2,
  json_group_object: 3,
}

/** How often the database binds what is below a node. */
export function copiesBelow(node: SqlNode, kind: string): number {
  if (isQueryKind(kind) || kind === 'BETWEEN' || isArrow(node)) return 2
  return macroCopies[nameOf(node.function_name) ?? ''] ?? 1
}

/** To the parser `data -> 'a'` is a lambda. Real ones need a function that takes them, and none is allowed. */
const isArrow = (node: SqlNode): boolean => node.class === 'LAMBDA' || node.function_name === '->>'

const tooLong = () => new Refusal('The query is too long or nests too deeply. Split it up.')
