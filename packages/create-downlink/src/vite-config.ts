/** Adds the plugin to a Vite config, where that is written as most are. */
import { parse } from '@babel/parser'
import type { Expression, Node, ObjectExpression, Statement } from '@babel/types'
import { importLine } from './import-line.ts'

export const newConfig = `import { downlink } from '@downlink/vite'
import { defineConfig } from 'vite'

export default defineConfig({ plugins: [downlink()] })
`

/** For a config that is written in a way of its own. */
export const pluginLines = `import { downlink } from '@downlink/vite'

plugins: [downlink()]
`

/** @returns nothing where it is written in a way of its own */
export function withPlugin(text: string): string | undefined {
  const body = statementsOf(text)
  const [first] = body
  const config = configIn(body)
  const insertion = config && pluginIn(text, config)
  if (!first || !insertion) return undefined
  const line = importLine(text, '@downlink/vite', '{ downlink }')
  const { at, added } = insertion
  return `${text.slice(0, startOf(first))}${line}${text.slice(startOf(first), at)}${added}${text.slice(at)}`
}

function statementsOf(text: string): readonly Statement[] {
  try {
    return parse(text, { sourceType: 'module', plugins: ['typescript'] }).program.body
  } catch {
    return []
  }
}

/** The object that is exported, as it is, through `defineConfig`, or through a constant. */
function configIn(body: readonly Statement[]): ObjectExpression | undefined {
  const exported = body.find((statement) => statement.type === 'ExportDefaultDeclaration')?.declaration
  return objectOf(exported as Expression | undefined)

  function objectOf(node: Expression | undefined): ObjectExpression | undefined {
    switch (node?.type) {
      case 'ObjectExpression':
        return node
      case 'TSSatisfiesExpression':
      case 'TSAsExpression':
        return objectOf(node.expression)
      case 'CallExpression': {
        const isDefine = node.callee.type === 'Identifier' && node.callee.name === 'defineConfig'
        return isDefine ? objectOf(node.arguments[0] as Expression | undefined) : undefined
      }
      case 'ArrowFunctionExpression':
        return node.body.type === 'BlockStatement' ? undefined : objectOf(node.body)
      case 'Identifier':
        return objectOf(constantNamed(node.name))
      default:
        return undefined
    }
  }

  function constantNamed(name: string): Expression | undefined {
    const constants = body.flatMap((statement) =>
      statement.type === 'VariableDeclaration' && statement.kind === 'const' ? statement.declarations : [],
    )
    return constants.find(({ id }) => id.type === 'Identifier' && id.name === name)?.init ?? undefined
  }
}

interface Insertion {
  readonly at: number
  readonly added: string
}

/** First of all plugins, or of the whole config, and laid out as what follows it. */
function pluginIn(text: string, config: ObjectExpression): Insertion | undefined {
  const property = config.properties.find(
    (each) => each.type === 'ObjectProperty' && each.key.type === 'Identifier' && each.key.name === 'plugins',
  )
  if (property === undefined) return insertAfterBracket(text, config, config.properties[0], 'plugins: [downlink()]')
  if (property.type !== 'ObjectProperty' || property.value.type !== 'ArrayExpression') return undefined
  return insertAfterBracket(text, property.value, property.value.elements[0], 'downlink()')
}

function insertAfterBracket(text: string, list: Node, next: Node | null | undefined, item: string): Insertion {
  const at = startOf(list) + 1
  if (!next) return { at, added: item }
  const [space = ''] = /^\s*/.exec(text.slice(at)) ?? []
  return { at, added: `${space}${item},${space === '' ? ' ' : ''}` }
}

const startOf = ({ start }: Node): number => start ?? 0
