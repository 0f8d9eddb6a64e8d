/** Looks through the syntax tree of a query, as EXPLAIN AST writes it, for what is none of ours. Pure. */
import { CollectorError } from '../errors.ts'

/** What makes rows out of nothing. Others reach files, hosts and tables of any name. */
const tableFunctions = new Set(['numbers', 'numbers_mt', 'zeros', 'generateSeries', 'generate_series', 'values'])

/** Functions that reach beyond the tables, or hold up a thread. */
export const forbiddenFunctions: RegExp =
  /^(file|hasColumnInTable|dict\w*|joinGet\w*|catboost\w*|ai\w+|sleep\w*|get(Server|Client)\w*|getMacro|executable\w*)$/i

/** Their second argument may be a table, which is an identifier there as any other. */
const inFunctions = /^(global)?(not)?(null)?in(ignoreset)?$/i

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
  /** The IN functions that the node lies in: how deep each lies, and how many of its arguments were seen. */
  const around: { readonly depth: number; seen: number }[] = []
  for (const node of nodes) {
    const [, indent = '', kind = '', name = ''] = nodePattern.exec(node) ?? []
    const depth = indent.length
    while ((around.at(-1)?.depth ?? -1) >= depth) around.pop()
    const inside = around.at(-1)
    // Its arguments are in a list.
    const isBehindIn = inside !== undefined && inside.depth === depth - 2 && ++inside.seen > 1
    if (kind === 'Function' && before === 'TableExpression' && !tableFunctions.has(name)) {
      throw forbidden(`Expected a table of ours, got the table function ${name}`)
    }
    if (kind === 'Function' && forbiddenFunctions.test(name)) throw forbidden(`The function ${name} is not allowed`)
    // The tree does not have what it applies.
    if (kind === 'ColumnsApplyTransformer') throw forbidden('APPLY is not allowed: call the function on each column')
    const isTable = kind === 'TableIdentifier' || (kind === 'Identifier' && isBehindIn)
    const [, owner = database] = isTable || kind === 'Identifier' ? (/^([^.]+)\./.exec(name) ?? []) : []
    if (isTable ? owner !== database : systemDatabase.test(owner)) {
      throw forbidden(`Expected a table of ours, got ${name}`)
    }
    if (kind === 'Function' && inFunctions.test(name)) around.push({ depth, seen: 0 })
    before = kind
  }
}

/** How deep it lies, its kind, and its name, which may have spaces. */
const nodePattern = /^( *)(\w+) ?(.*?)(?: \((?:alias|children) .*)?$/s

/** Wherever it is named: the older of ClickHouse's analyzers puts in for an alias behind IN what it stands for. */
const systemDatabase = /^(system|information_schema)$/i

const forbidden = (message: string): CollectorError => new CollectorError('forbidden_sql', message)
