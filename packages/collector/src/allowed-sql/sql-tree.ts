/** Reads nodes of the tree that DuckDB's `json_serialize_sql` makes of a query. */

export type SqlNode = Readonly<Record<string, unknown>>

export const isNode = (value: unknown): value is SqlNode =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const queryKinds = new Set(['SELECT_NODE', 'SET_OPERATION_NODE', 'RECURSIVE_CTE_NODE', 'CTE_NODE'])

/** Of a query, or of one within another. */
export const isQueryKind = (kind: string): boolean => queryKinds.has(kind)

/** The nodes of a list, and none where it is missing: what is empty is left out of the tree. */
export const nodesOf = (list: unknown): readonly SqlNode[] => (Array.isArray(list) ? list.filter(isNode) : [])

/** A literal's value; undefined for all else, NULL included. */
export function constantOf(node: unknown): unknown {
  return isNode(node) && node.class === 'CONSTANT' && isNode(node.value) ? node.value.value : undefined
}

/** A name as the database compares it; undefined where there is none. */
export const nameOf = (name: unknown): string | undefined =>
  typeof name === 'string' && name !== '' ? name.toLowerCase() : undefined

/** Why a query is not run, as advice to who wrote it. */
export class Refusal extends Error {}
