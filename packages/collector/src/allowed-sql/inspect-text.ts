/**
 * Inspects a query's text before it is parsed, for the parser writes some parts anew wherever they are meant: the operand of
 * a CASE for each of its WHENs, and a named window for each OVER.
 */
import { complexityLimits } from './query-complexity.ts'
import { Refusal } from './sql-tree.ts'

/** Quoted text and comments are passed over; names after a dot are no keywords. */
const tokens = /'[^']*'|"[^"]*"|--.*|\/\*[\s\S]*?\*\/|\.\s*\w+|\w+|[^\s\w]/g

interface OpenCase {
  readonly brackets: number
  operandTokens: number
  whens: number
}

/** @throws {Refusal} where an operand holds another CASE, or what is written anew is long and written often */
export function inspectText(sql: string): void {
  const open: OpenCase[] = []
  let brackets = 0
  let before = ''
  let namedWindows = 0
  let windowTokens = 0
  for (const [token] of sql.matchAll(tokens)) {
    const word = token.toLowerCase()
    const innermost = open.at(-1)
    const isOwn = innermost?.brackets === brackets
    if (windowTokens > 0 || word === 'window') windowTokens++
    if (before === 'over' && token !== '(') namedWindows++
    before = word
    if (word === 'case') {
      if (open.some(({ whens }) => whens === 0)) throw new Refusal(`${expected}, got one with a CASE in it.`)
      open.push({ brackets, operandTokens: 0, whens: 0 })
    } else if (word === 'when' && innermost && isOwn) {
      innermost.whens++
      if (innermost.operandTokens * innermost.whens > complexityLimits.maxNodes) {
        throw new Refusal(`${expected}, got a long one with many WHENs.`)
      }
    } else if (word === 'end' && isOwn) {
      open.pop()
    } else {
      if (innermost?.whens === 0) innermost.operandTokens++
      if ('([{'.includes(token)) brackets++
      if (')]}'.includes(token)) brackets--
    }
  }
  if (namedWindows * windowTokens > complexityLimits.maxNodes) {
    throw new Refusal('Expected a short WINDOW clause, got a long one that is used often.')
  }
}

const expected = 'Expected a short operand between CASE and WHEN'
