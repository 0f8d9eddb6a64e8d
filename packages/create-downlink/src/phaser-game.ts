/** Adds the adapter to where a game with Phaser is made, where that is written as most are. */
import { parse } from '@babel/parser'
import type { Expression, NewExpression, Node, Program, Statement } from '@babel/types'
import { importLine } from './import-line.ts'

/** For a game that is made in a way of its own. */
export const phaserLines = (specifier: string): string => `import { attachPhaser } from '@downlink/client/phaser'
import { telemetry } from '${specifier}'

attachPhaser(game, telemetry) // right after: const game = new Phaser.Game(…)
`

/** May a module make a game of Phaser's? It need not. */
export const mayMakeGame = (text: string): boolean =>
  /\bnew\s+Phaser\s*\.\s*Game\s*\(/.test(text) ||
  (/\bnew\s+Game\s*\(/.test(text) && /\bfrom\s*['"]phaser['"]/.test(text))

export interface PhaserChange {
  /** Of the adapter, to come before all statements. */
  readonly importLine: string
  /** What was added where the game is made. */
  readonly added: string
  /** The module, without the import. */
  readonly text: string
}

/** @returns nothing where it makes no game, several, or one in a way of its own */
export function withPhaser(text: string): PhaserChange | undefined {
  const program = programOf(text)
  if (program === undefined) return undefined
  const games = gamesIn(program)
  const [made] = games.flatMap(({ game, statement }) => (statement === undefined ? [] : [{ game, statement }]))
  const insertion = games.length === 1 && made ? insertionAt(text, made.statement, made.game) : undefined
  if (insertion === undefined) return undefined
  const { from, to, replaced } = insertion
  return {
    added: replaced.trim(),
    importLine: importLine(text, '@downlink/client/phaser', '{ attachPhaser }'),
    text: `${text.slice(0, from)}${replaced}${text.slice(to)}`,
  }
}

function programOf(text: string): Program | undefined {
  for (const plugins of [['typescript', 'jsx'], ['typescript']] as const) {
    try {
      return parse(text, { sourceType: 'module', plugins: [...plugins] }).program
    } catch {}
  }
  return undefined
}

interface FoundGame {
  readonly game: NewExpression
  /** The statement of a block that it is all of; undefined where it is a part of something else. */
  readonly statement: Statement | undefined
}

function gamesIn(program: Program): readonly FoundGame[] {
  const found: FoundGame[] = []
  const names = program.body.flatMap(importedGames)
  visit(program, undefined)
  return found

  function visit(node: Node, statement: Statement | undefined): void {
    if (isGame(node, names))
      found.push({ game: node, statement: statement && makes(statement, node) ? statement : undefined })
    const isBlock = node.type === 'Program' || node.type === 'BlockStatement'
    for (const [name, value] of Object.entries(node)) {
      for (const child of Array.isArray(value) ? value : [value]) {
        if (!isNode(child)) continue
        visit(child, isBlock && name === 'body' ? (child as Statement) : statement)
      }
    }
  }
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Partial<Node>).type === 'string'

/** By which names a module has Phaser's `Game`. */
function importedGames(statement: Statement): string[] {
  if (statement.type !== 'ImportDeclaration' || statement.source.value !== 'phaser') return []
  return statement.specifiers.flatMap((each) =>
    each.type === 'ImportSpecifier' && each.imported.type === 'Identifier' && each.imported.name === 'Game'
      ? [each.local.name]
      : [],
  )
}

/** @param names of `Game` alone */
function isGame(node: Node, names: readonly string[]): node is NewExpression {
  if (node.type !== 'NewExpression') return false
  const { callee } = node
  if (callee.type === 'Identifier') return names.includes(callee.name)
  return (
    callee.type === 'MemberExpression' &&
    callee.object.type === 'Identifier' &&
    callee.object.name === 'Phaser' &&
    callee.property.type === 'Identifier' &&
    callee.property.name === 'Game'
  )
}

/** Is the game what a statement is about, and nothing between? */
function makes(statement: Statement, game: NewExpression): boolean {
  const inner = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement
  switch (inner?.type) {
    case 'ExpressionStatement':
      return inner.expression === game || assignedIn(inner.expression) === game
    case 'VariableDeclaration': {
      const [first, ...others] = inner.declarations
      return others.length === 0 && first?.init === game && first.id.type === 'Identifier'
    }
    case 'ReturnStatement':
      return inner.argument === game
    default:
      return false
  }
}

const assignedIn = (expression: Expression): Expression | undefined =>
  expression.type === 'AssignmentExpression' && expression.operator === '=' ? expression.right : undefined

interface Insertion {
  readonly from: number
  readonly to: number
  readonly replaced: string
}

function insertionAt(text: string, statement: Statement, game: NewExpression): Insertion | undefined {
  const [from, to] = [startOf(statement), endOf(statement)]
  const made = text.slice(startOf(game), endOf(game))
  const end = text.slice(from, to).endsWith(';') ? ';' : ''
  const [space = ''] = /[ \t]*$/.exec(text.slice(0, from)) ?? []
  const next = `${text.includes('\r\n') ? '\r\n' : '\n'}${space}`
  const attached = (name: string): string => `attachPhaser(${name}, telemetry)${end}`
  const after = (name: string): Insertion => ({ from: to, to, replaced: `${next}${attached(name)}` })
  const inner = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement
  switch (inner?.type) {
    case 'VariableDeclaration': {
      const [id] = inner.declarations.map((declared) => declared.id)
      return id?.type === 'Identifier' ? after(id.name) : undefined
    }
    case 'ReturnStatement': {
      const name = /\bgame\b/.test(text) ? 'phaserGame' : 'game'
      return { from, to, replaced: `const ${name} = ${made}${end}${next}${attached(name)}${next}return ${name}${end}` }
    }
    case 'ExpressionStatement': {
      const { expression } = inner
      if (expression === game) return { from, to, replaced: attached(made) }
      return expression.type === 'AssignmentExpression'
        ? after(text.slice(startOf(expression.left), endOf(expression.left)))
        : undefined
    }
    default:
      return undefined
  }
}

const startOf = ({ start }: Node): number => start ?? 0
const endOf = ({ end }: Node): number => end ?? 0
