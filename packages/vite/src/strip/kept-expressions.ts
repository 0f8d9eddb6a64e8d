/** Says what of an expression that nobody wants the value of has to stay, for it does something. */
import type * as estree from 'estree'

/** With its place in the source. */
export type Node = estree.Node & { readonly start: number; readonly end: number }

type Kept = readonly Node[]

/**
 * Reading a variable or a property, arithmetic, and putting texts, arrays and objects together are taken to do nothing.
 *
 * @param argumentsOf those of a call that does nothing else than take them; undefined for all other calls
 * @returns in the order in which they are evaluated
 */
export function keptExpressions(
  expression: estree.Node,
  argumentsOf: (call: estree.CallExpression) => readonly estree.Node[] | undefined,
): Kept {
  return keptOf(expression)

  function keptOf(node: estree.Node | null): Kept {
    if (node === null) return []
    switch (node.type) {
      case 'Literal':
      case 'Identifier':
      case 'ThisExpression':
      case 'Super':
      case 'MetaProperty':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        return []
      case 'TemplateLiteral':
        return node.expressions.flatMap(keptOf)
      case 'ArrayExpression':
        return node.elements.flatMap(keptOf)
      case 'ObjectExpression':
        return node.properties.flatMap(keptOf)
      case 'Property':
        return [...(node.computed ? keptOf(node.key) : []), ...keptOf(node.value)]
      case 'SpreadElement':
        return keptOf(node.argument)
      case 'MemberExpression':
        return [...keptOf(node.object), ...(node.computed ? keptOf(node.property) : [])]
      case 'BinaryExpression':
        return [...keptOf(node.left), ...keptOf(node.right)]
      case 'UnaryExpression':
        return node.operator === 'delete' ? [node as Node] : keptOf(node.argument)
      case 'SequenceExpression':
        return node.expressions.flatMap(keptOf)
      // What is evaluated only under a condition stays under it.
      case 'LogicalExpression':
        return wholeIf(node, [node.left, node.right])
      case 'ConditionalExpression':
        return wholeIf(node, [node.test, node.consequent, node.alternate])
      case 'ChainExpression':
        return wholeIf(node, [node.expression])
      case 'CallExpression':
        return argumentsOf(node)?.flatMap(keptOf) ?? [node as Node]
      default:
        return [node as Node]
    }
  }

  function wholeIf(node: estree.Node, parts: readonly estree.Node[]): Kept {
    return parts.some((part) => keptOf(part).length > 0) ? [node as Node] : []
  }
}
