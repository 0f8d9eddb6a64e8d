/**
 * How complicated a query may be. Planning can't be interrupted, and some shapes take time that doubles with each level:
 * on DuckDB 1.5, 24 nested arrows or scalar subqueries, or 24 names in WITH that each use the one before twice, plan for
 * over ten seconds, 12 for under 0.2.
 */
export const queryShapeLimits = {
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
