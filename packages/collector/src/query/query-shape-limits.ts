/**
 * How complicated a query may be. Planning can't be interrupted, and some shapes take time that doubles with each level:
 * on DuckDB 1.5, 24 nested arrows or scalar subqueries, or 24 names in WITH that each use the one before twice, plan for
 * over ten seconds, 12 for under 0.2.
 */
export const queryShapeLimits = {
  maxNodes: 4000,
  maxDepth: 64,
  /** Nested queries and arrows together. */
  maxDoublings: 12,
  maxTables: 24,
  maxWithNames: 12,
  maxGroupingSets: 256,
} as const
