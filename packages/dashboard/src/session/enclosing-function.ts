/** Names the function that a place of a source is in: a source map tells of places alone. */
import type { SyntaxNode } from '@lezer/common'
import { parser } from '@lezer/javascript'

/** Beyond it a source, such as an engine in one file, would hold the page up. In characters. */
const longestSource = 1_000_000

/**
 * @param file by whose ending its language is known
 * @param line from 1
 * @param column from 0
 * @returns empty where the function has no name, or there is none around; undefined where the source can't be read
 * @example enclosingFunction('class Ship { hit() { fail() } }', 'ship.ts', 1, 21) // 'Ship.hit'
 */
export function enclosingFunction(source: string, file: string, line: number, column: number): string | undefined {
  const [, typed, markup] = /\.[cm]?(?:js|(ts))(x)?$/.exec(file) ?? []
  if (!/\.[cm]?[jt]sx?$/.test(file) || source.length > longestSource) return undefined
  // What begins with `<` is a type in TypeScript, and an element in all others.
  const dialect = [typed && 'ts', (markup || !typed) && 'jsx'].filter(Boolean).join(' ')
  const tree = parser.configure({ dialect }).parse(source)
  const at = lineStart(source, line) + column
  for (let node: SyntaxNode | null = tree.resolveInner(at, 1); node; node = node.parent) {
    if (isFunction(node)) return nameOf(node)
  }
  return ''

  function nameOf(node: SyntaxNode): string {
    if (node.name === 'MethodDeclaration' || node.name === 'Property') return memberName(node)
    const own = node.name === 'ArrowFunction' ? null : node.getChild('VariableDefinition')
    return own ? textOf(own) : nameOfGoal(node)
  }

  /** By what it is assigned to. */
  function nameOfGoal(node: SyntaxNode): string {
    const { parent } = node
    switch (parent?.name) {
      case 'VariableDeclaration':
        return textOf(parent.getChildren('VariableDefinition').findLast(({ to }) => to <= node.from))
      case 'Property':
      case 'PropertyDeclaration':
        return memberName(parent)
      case 'AssignmentExpression':
        return textOf(parent.firstChild?.getChild('PropertyName') ?? parent.firstChild)
      default:
        return ''
    }
  }

  function memberName(member: SyntaxNode): string {
    const name = textOf(member.getChild('PropertyDefinition') ?? member.getChild('PrivatePropertyDefinition'))
    const owner = textOf(
      member.parent?.name === 'ClassBody' ? member.parent.parent?.getChild('VariableDefinition') : null,
    )
    if (name === 'constructor') return `new ${owner}`.trim()
    return [owner, name].filter(Boolean).join('.')
  }

  function textOf(node: SyntaxNode | null | undefined): string {
    return node ? source.slice(node.from, node.to) : ''
  }
}

const functions = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunction', 'MethodDeclaration'])

const isFunction = (node: SyntaxNode): boolean =>
  functions.has(node.name) || (node.name === 'Property' && node.getChild('ParamList') !== null)

function lineStart(source: string, line: number): number {
  let at = 0
  for (let before = 1; before < line; before++) {
    const end = source.indexOf('\n', at)
    if (end < 0) return source.length
    at = end + 1
  }
  return at
}
