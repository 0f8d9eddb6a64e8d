/** Looks through the syntax tree of a query, as EXPLAIN AST writes it, for what is none of ours. Pure. */
import { CollectorError } from '../errors.ts'

/** What makes rows out of nothing. Others reach files, hosts and tables of any name. */
const tableFunctions = new Set(['numbers', 'numbers_mt', 'zeros', 'generateSeries', 'generate_series', 'values'])

/** Functions that reach beyond the tables, or hold up a thread. */
const forbiddenFunctions = /^(file|dict\w*|joinGet\w*|catboost\w*|sleep\w*|getServer\w*|getMacro|executable\w*)$/i

/**
 * @param nodes one a line, indented by how deep it lies
 * @param database whose tables may be read
 * @throws {CollectorError} `forbidden_sql`
 */
export function inspectTree(nodes: readonly string[], database: string): void {
  if (!/^Select\w*Query\b/.test(nodes[0] ?? '')) {
    throw forbidden('Expected one SELECT. Nothing can be written from here.')
  }
  let before = ''
  for (const node of nodes) {
    const [, kind, name = ''] = /^ *(\w+) ?([^ ]*)/.exec(node) ?? []
    if (kind === 'Function' && before === 'TableExpression' && !tableFunctions.has(name)) {
      throw forbidden(`Expected a table of ours, got the table function ${name}`)
    }
    if (kind === 'Function' && forbiddenFunctions.test(name)) throw forbidden(`The function ${name} is not allowed`)
    // Behind IN a table is an identifier as any other.
    const [, owner] = kind === 'TableIdentifier' || kind === 'Identifier' ? (/^([^.]+)\./.exec(name) ?? []) : []
    const isOther =
      kind === 'TableIdentifier' ? owner !== undefined && owner !== database : systemDatabase.test(owner ?? '')
    if (isOther) throw forbidden(`Expected a table of ours, got ${name}`)
    before = kind ?? ''
  }
}

const systemDatabase = /^(system|information_schema)$/i

const forbidden = (message: string): CollectorError => new CollectorError('forbidden_sql', message)
