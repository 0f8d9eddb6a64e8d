/** Takes calls of a telemetry out of a module, and leaves what else their arguments do. */
import { type AttachedScope, attachScopes } from '@rollup/pluginutils'
import type * as estree from 'estree'
import { walk } from 'estree-walker'
import MagicString from 'magic-string'
import { keptExpressions, type Node } from './kept-expressions.ts'
import { clientEntry, type ModuleNames, makesTelemetry } from './module-names.ts'

/** They return nothing, so that `void 0` can stand in their place wherever that is. */
const voidMethods = new Set(['push', 'start', 'stop', 'setEnabled', 'setContext', 'setLabels', 'identify'])

/** May the module have such calls? A look at its text, for most have none. */
export const mayHaveCalls = (code: string): boolean => code.includes('@downlink/client') || callOnName.test(code)

const callOnName = new RegExp(`\\w\\s*\\??\\.\\s*(${[...voidMethods].join('|')})\\b`)

/** What of a call is written anew: what is kept of its arguments stands between `open` and a bracket, or else `nothing`. */
interface Place {
  readonly start: number
  readonly end: number
  readonly open: string
  readonly nothing: string
}

/**
 * @param imported names of the module that hold a telemetry which another module has made
 * @returns nothing where there is no such call
 */
export function stripCalls(
  code: string,
  program: estree.Program,
  { imports, made }: ModuleNames,
  imported: ReadonlySet<string>,
): MagicString | undefined {
  const top = attachScopes(program as never)
  const held = findHeld(program, top, { imports, made })
  const text = new MagicString(code)
  strip(program, top)
  return text.hasChanged() ? text : undefined

  function strip(root: estree.Node, outer: AttachedScope): void {
    let scope = outer
    walk(root, {
      enter(node, parent) {
        scope = scopeOf(node) ?? scope
        if (node.type !== 'CallExpression') return
        const place = isClientFunction(node, scope)
          ? argumentsOf(node)
          : isVoidCall(node, scope) && wholeOf(node, parent)
        if (!place) return
        // What goes is not looked at any more.
        this.skip()
        for (const kept of keepOnly(node, place, scope)) strip(kept, scope)
      },
      leave(node) {
        if (scopeOf(node)) scope = scope.parent ?? top
      },
    })
  }

  function keepOnly(call: estree.CallExpression, place: Place, scope: AttachedScope): readonly Node[] {
    const takenArguments = (inner: estree.CallExpression) =>
      isClientFunction(inner, scope) || isVoidCall(inner, scope) ? inner.arguments : undefined
    const kept = call.arguments.flatMap((argument) => keptExpressions(argument, takenArguments))
    let at = place.start
    for (const [index, node] of kept.entries()) {
      text.update(at, node.start, index === 0 ? place.open : ', ')
      at = node.end
    }
    text.update(at, place.end, kept.length === 0 ? place.nothing : ')')
    return kept
  }

  /** Whoever builds the game may leave such a call out, where nobody has its result. */
  function argumentsOf(call: estree.CallExpression): Place {
    const { start, end, callee } = call as estree.CallExpression & Node
    text.appendLeft(start, '/* @__PURE__ */ ')
    return { start: (callee as Node).end, end, open: '(', nothing: '()' }
  }

  function wholeOf(call: estree.Node, parent: estree.Node | null): Place {
    const { start, end } = (parent?.type === 'ChainExpression' ? parent : call) as Node
    return { start, end, open: 'void (', nothing: 'void 0' }
  }

  function isClientFunction({ callee }: estree.CallExpression, scope: AttachedScope): boolean {
    return callee.type === 'Identifier' && clientEntry.test(importAt(callee.name, scope, imports)?.source ?? '')
  }

  function isVoidCall({ callee }: estree.CallExpression, scope: AttachedScope): boolean {
    if (callee.type !== 'MemberExpression' || callee.computed || callee.object.type !== 'Identifier') return false
    if (callee.property.type !== 'Identifier' || !voidMethods.has(callee.property.name)) return false
    const { name } = callee.object
    const declaring = declaringScope(name, scope)
    return declaring === undefined ? imported.has(name) : (held.get(declaring)?.has(name) ?? false)
  }
}

/** The constants that hold a telemetry, by the scope in which they are declared. */
function findHeld(
  program: estree.Program,
  top: AttachedScope,
  { imports, made }: Pick<ModuleNames, 'imports' | 'made'>,
): ReadonlyMap<AttachedScope, ReadonlySet<string>> {
  const found = new Map<AttachedScope, Set<string>>([[top, new Set(made)]])
  let scope = top
  walk(program, {
    enter(node) {
      scope = scopeOf(node) ?? scope
      if (node.type !== 'VariableDeclaration' || node.kind !== 'const') return
      for (const { id, init } of node.declarations) {
        if (id.type !== 'Identifier' || !makesTelemetry(init, (name) => importAt(name, scope, imports))) continue
        found.set(scope, (found.get(scope) ?? new Set()).add(id.name))
      }
    },
    leave(node) {
      if (scopeOf(node)) scope = scope.parent ?? top
    },
  })
  return found
}

function importAt(name: string, from: AttachedScope, imports: ModuleNames['imports']) {
  return declaringScope(name, from) === undefined ? imports.get(name) : undefined
}

/** The innermost that has the name; none: it is imported, or nobody's. */
function declaringScope(name: string, from: AttachedScope): AttachedScope | undefined {
  for (let scope: AttachedScope | undefined = from; scope; scope = scope.parent) {
    if (scope.declarations[name]) return scope
  }
  return undefined
}

const scopeOf = (node: estree.Node): AttachedScope | undefined => (node as { readonly scope?: AttachedScope }).scope
