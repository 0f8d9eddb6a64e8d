/** Inspects the arguments of a call, and its window, for some hold the database, take its memory or end it. Tried on DuckDB 1.5. */
import { constantOf, nodesOf, Refusal, type SqlNode } from './sql-tree.ts'

/** Rows back or on. Over -2^63 the process ends. */
const maxOffset = 1_000_000
/** Values that `max(x, n)` and its like keep: they make room for all of them, in each group. */
const maxKept = 1000
/** Each of them that is not the last character tries all places anew, behind each place of the one before. */
const maxWildcards = 2

const patterns = new Set([
  ...['~~', '!~~', '~~*', '!~~*', '~~~'],
  ...['like_escape', 'not_like_escape', 'ilike_escape', 'not_ilike_escape'],
])
const regularExpressions = /^regexp_(matches|full_match|extract|extract_all|replace)$/
/** Matching takes the length of the text times that of the expression. */
const maxExpressionLength = 1000
/** Which argument says how many values to keep. */
const keepers: Readonly<Record<string, number>> = {
  min: 1,
  max: 1,
  arg_min: 2,
  arg_max: 2,
  min_by: 2,
  max_by: 2,
  approx_top_k: 1,
}

/** @throws {Refusal} */
export function inspectArguments(name: string, node: SqlNode): void {
  const args = nodesOf(node.children)
  if (name === 'lag' || name === 'lead') inspectOffset(name, node.offset_expr ?? args[1])
  if (node.distinct === true && node.exclude_clause !== undefined) throw distinctExcludes()
  if (patterns.has(name)) inspectPattern(args[1])
  if (regularExpressions.test(name)) inspectExpression(args[1])
  const kept = args[keepers[name] ?? args.length]
  if (kept !== undefined && !isWhole(constantOf(kept), 1, maxKept)) {
    throw new Refusal(`Expected ${name} to keep 1 to ${maxKept} values, as a number. Use ORDER BY and LIMIT for more.`)
  }
}

function inspectOffset(name: string, offset: unknown): void {
  if (offset === undefined || isWhole(constantOf(offset), -maxOffset, maxOffset)) return
  throw new Refusal(`Expected the offset of ${name} to be a number from -${maxOffset} to ${maxOffset}.`)
}

function inspectPattern(pattern: unknown): void {
  const text = constantOf(pattern)
  if (typeof text !== 'string') {
    throw new Refusal('Expected the pattern of LIKE, ILIKE or GLOB as plain text. Try contains() or regexp_matches().')
  }
  const wildcards = text.slice(0, -1).match(/[%*]/g)?.length ?? 0
  if (wildcards <= maxWildcards) return
  throw new Refusal(
    `Expected a pattern with at most ${maxWildcards} wildcards before its end. Try contains() or regexp_matches().`,
  )
}

function inspectExpression(expression: unknown): void {
  const text = constantOf(expression)
  if (typeof text === 'string' && text.length <= maxExpressionLength) return
  throw new Refusal(`Expected a regular expression as plain text, of at most ${maxExpressionLength} characters.`)
}

/**
 * Each row's frame is gone through anew then, value by value, and only between 2,048 rows does an interrupt count: five
 * thousand rows take longer than a query may. Without EXCLUDE there is a tree of what was seen before.
 */
const distinctExcludes = () =>
  new Refusal(
    'Expected a window without EXCLUDE around DISTINCT. Leave one of them out, or take DISTINCT in a subquery.',
  )

const isWhole = (value: unknown, min: number, max: number): boolean =>
  typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
