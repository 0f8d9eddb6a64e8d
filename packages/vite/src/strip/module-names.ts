/** Reads off a module which of its names hold a telemetry, and which it hands on to others. */
import type * as estree from 'estree'

/** A name of another module. */
interface Foreign {
  readonly source: string
  readonly name: string
}

export interface ModuleNames {
  /** By the names that they have here. */
  readonly imports: ReadonlyMap<string, Foreign>
  /** Constants of the module that hold a telemetry which is made here. */
  readonly made: ReadonlySet<string>
  /** What others see: the name that it has here, or where it comes from. */
  readonly exports: ReadonlyMap<string, string | Foreign>
  /** Modules of which all is handed on. */
  readonly passedOn: readonly string[]
}

/** The client, with its entry points. `…/events` are definitions, which a collector needs as well. */
export const clientEntry: RegExp = /^@downlink\/client(?:\/(?!package\.json$|.*\bevents$)[\w/-]+)?$/

const makers = new Set(['createTelemetry', 'createWorkerTelemetry', 'startTelemetry'])

export function readModuleNames({ body }: estree.Program): ModuleNames {
  const imports = new Map<string, Foreign>()
  const made = new Set<string>()
  const exports = new Map<string, string | Foreign>()
  const passedOn: string[] = []
  for (const statement of body) {
    if (statement.type === 'ImportDeclaration') {
      for (const specifier of statement.specifiers) imports.set(specifier.local.name, importedBy(statement, specifier))
    }
  }
  const isMaking = (node: estree.Node | null | undefined): boolean => makesTelemetry(node, (name) => imports.get(name))
  const declare = (declaration: estree.Node | null | undefined): string[] => {
    if (declaration?.type === 'FunctionDeclaration' || declaration?.type === 'ClassDeclaration') {
      return [declaration.id.name]
    }
    if (declaration?.type !== 'VariableDeclaration') return []
    const names = declaration.declarations.flatMap(({ id, init }) => (id.type === 'Identifier' ? [{ id, init }] : []))
    if (declaration.kind === 'const') for (const { id, init } of names) if (isMaking(init)) made.add(id.name)
    return names.map(({ id }) => id.name)
  }
  for (const statement of body) {
    switch (statement.type) {
      case 'VariableDeclaration':
        declare(statement)
        break
      case 'ExportAllDeclaration':
        if (statement.exported === null) passedOn.push(textOf(statement.source))
        break
      case 'ExportDefaultDeclaration':
        if (statement.declaration.type === 'Identifier') exports.set('default', statement.declaration.name)
        else if (isMaking(statement.declaration as estree.Node)) {
          made.add('default')
          exports.set('default', 'default')
        }
        break
      case 'ExportNamedDeclaration':
        for (const name of declare(statement.declaration)) exports.set(name, name)
        for (const { local, exported } of statement.specifiers) {
          const { source } = statement
          exports.set(nameOf(exported), source ? { source: textOf(source), name: nameOf(local) } : nameOf(local))
        }
    }
  }
  return { imports, made, exports, passedOn }
}

/** Is it `createTelemetry(…)`, or that where something before it is absent, as a hot reload leaves it? */
export function makesTelemetry(
  node: estree.Node | null | undefined,
  importOf: (name: string) => Foreign | undefined,
): boolean {
  if (node?.type === 'LogicalExpression') return node.operator !== '&&' && makesTelemetry(node.right, importOf)
  if (node?.type !== 'CallExpression' || node.callee.type !== 'Identifier') return false
  const made = importOf(node.callee.name)
  return made !== undefined && makers.has(made.name) && clientEntry.test(made.source)
}

function importedBy(
  { source }: estree.ImportDeclaration,
  specifier: estree.ImportDeclaration['specifiers'][number],
): Foreign {
  const name =
    specifier.type === 'ImportSpecifier'
      ? nameOf(specifier.imported)
      : specifier.type === 'ImportDefaultSpecifier'
        ? 'default'
        : '*'
  return { source: textOf(source), name }
}

const nameOf = (node: estree.Identifier | estree.Literal): string =>
  node.type === 'Identifier' ? node.name : textOf(node)

const textOf = ({ value }: estree.Literal): string => String(value)
