/**
 * Rolls up what an entry point declares, from the `.d.ts` files that `tsc` wrote: each exported name, and each name that
 * those lean on, without comments. An API Extractor has no TypeScript 7 to ask yet.
 */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseSync, Visitor } from 'oxc-parser'

/** Where a name is declared: in a file of the package, or in another package. */
type Origin = { readonly file: string; readonly name: string } | { readonly from: string; readonly name: string }

interface Declaration {
  /** One an overload. */
  readonly texts: string[]
  /** Names of the file that it leans on. */
  readonly references: Set<string>
}

interface DeclarationFile {
  readonly text: string
  readonly declarations: ReadonlyMap<string, Declaration>
  readonly imports: ReadonlyMap<string, Origin>
  readonly exports: ReadonlyMap<string, Origin>
}

/** @param file the `.d.ts` of the entry point */
export function apiReport(specifier: string, file: string): string {
  const files = new Map<string, DeclarationFile>()
  const read = (path: string): DeclarationFile => {
    const known = files.get(path) ?? readDeclarations(path)
    files.set(path, known)
    return known
  }
  /** Follows imports and re-exports to where the name is declared. */
  const declared = (origin: Origin): Origin => {
    if ('from' in origin || origin.name === '*') return origin
    const { declarations, imports, exports } = read(origin.file)
    if (declarations.has(origin.name)) return origin
    const next = imports.get(origin.name) ?? exports.get(origin.name)
    if (!next) throw new Error(`${origin.file} has no ${origin.name}`)
    return declared(next)
  }

  const entry = read(file)
  const exported = [...entry.exports].map(([name, origin]) => ({ name, origin: declared(origin) }))
  const packages = new Map<string, Set<string>>()
  const inner = new Map<string, string>()
  const seen = new Set(exported.map(({ origin }) => keyOf(origin)))
  const printed = exported.map(({ name, origin }) => ({ name, text: print(name, origin) }))

  function print(name: string, origin: Origin): string {
    if ('from' in origin) return `export { ${aliased(origin.name, name)} } from '${origin.from}'`
    const { texts, references } = declarationOf(origin)
    for (const reference of references) follow({ file: origin.file, name: reference })
    if (name !== origin.name) return [...texts, `export { ${aliased(origin.name, name)} }`].join('\n')
    return texts.map((text) => `export ${text}`).join('\n')
  }

  function follow(reference: Origin): void {
    const origin = declared(reference)
    if ('file' in origin && origin.name === '*') {
      // Of a namespace, all of it.
      for (const each of read(origin.file).exports.values()) follow(each)
      return
    }
    if (seen.has(keyOf(origin))) return
    seen.add(keyOf(origin))
    if ('from' in origin) {
      packages.set(origin.from, (packages.get(origin.from) ?? new Set()).add(origin.name))
    } else {
      const { texts, references } = declarationOf(origin)
      inner.set(keyOf(origin), texts.join('\n'))
      for (const name of references) follow({ file: origin.file, name })
    }
  }

  function declarationOf(origin: { readonly file: string; readonly name: string }): Declaration {
    return read(origin.file).declarations.get(origin.name) ?? { texts: [], references: new Set() }
  }

  const sorted = printed.sort((one, other) => compare(one.name, other.name)).map(({ text }) => text)
  const needed = [...packages].map(
    ([from, names]) => `import { ${[...names].sort(compare).join(', ')} } from '${from}'`,
  )
  const sections = [needed.sort(compare).join('\n'), ...sorted]
  // An entry point of ambient types exports nothing.
  if (exported.length === 0) sections.push(entry.text)
  if (inner.size > 0)
    sections.push('// What these lean on, and this entry point does not export:', ...[...inner.values()].sort(compare))
  const body = sections.filter((section) => section !== '').join('\n\n')
  return `# ${specifier}\n\nWhat it exports, by \`npm run api\`.\n\n\`\`\`ts\n${body}\n\`\`\`\n`
}

const keyOf = (origin: Origin): string => `${'from' in origin ? origin.from : origin.file} ${origin.name}`

const aliased = (local: string, name: string): string => (local === name ? name : `${local} as ${name}`)

/** By code units: the same on every machine. */
const compare = (one: string, other: string): number => (one < other ? -1 : Number(one > other))

function readDeclarations(path: string): DeclarationFile {
  const source = readFileSync(path, 'utf8').replaceAll('\r\n', '\n')
  const { program, comments } = parseSync(path, source)
  /** The slice without comments, and without the lines that were nothing else. */
  const textOf = (start: number, end: number): string => {
    let text = ''
    let at = start
    for (const comment of comments) {
      if (comment.start < start || comment.end > end) continue
      text += source.slice(at, comment.start)
      at = comment.end
    }
    return (text + source.slice(at, end))
      .replace(/[ \t]+$/gm, '')
      .replace(/\n{2,}/g, '\n')
      .trim()
  }
  const originOf = (from: string, name: string): Origin =>
    from.startsWith('.') ? { file: join(dirname(path), from.replace(/\.tsx?$/, '.d.ts')), name } : { from, name }

  const declarations = new Map<string, Declaration & { readonly spans: [number, number][] }>()
  const imports = new Map<string, Origin>()
  const exports = new Map<string, Origin>()
  const declare = (name: string, start: number, end: number): void => {
    const known = declarations.get(name) ?? { texts: [], references: new Set(), spans: [] }
    known.texts.push(textOf(start, end).replace(/^declare /, ''))
    known.spans.push([start, end])
    declarations.set(name, known)
  }
  for (const statement of program.body) {
    const { type } = statement
    if (type === 'ImportDeclaration') {
      for (const { type: kind, local, ...specifier } of statement.specifiers) {
        const imported = 'imported' in specifier && 'name' in specifier.imported ? specifier.imported.name : 'default'
        imports.set(local.name, originOf(statement.source.value, kind === 'ImportNamespaceSpecifier' ? '*' : imported))
      }
      continue
    }
    const inside = type === 'ExportNamedDeclaration' && statement.declaration ? statement.declaration : statement
    const names: string[] = []
    if (inside.type === 'VariableDeclaration') {
      for (const { id } of inside.declarations) if (id.type === 'Identifier') names.push(id.name)
    } else if ('id' in inside && inside.id?.type === 'Identifier') names.push(inside.id.name)
    for (const name of names) {
      declare(name, inside.start, inside.end)
      if (inside !== statement) exports.set(name, { file: path, name })
    }
    if (type !== 'ExportNamedDeclaration') continue
    for (const { local, exported } of statement.specifiers) {
      if (!('name' in local && 'name' in exported)) throw new Error(`${path} exports a name that is no identifier`)
      const origin = statement.source ? originOf(statement.source.value, local.name) : { file: path, name: local.name }
      exports.set(exported.name, origin)
    }
  }

  const refer = (node: { readonly type: string; readonly start: number } | null): void => {
    let left = node
    while (left?.type === 'TSQualifiedName') left = (left as unknown as { left: typeof node }).left
    if (left?.type !== 'Identifier') return
    const { name } = left as unknown as { name: string }
    if (!declarations.has(name) && !imports.has(name)) return
    for (const { spans, references } of declarations.values()) {
      if (spans.some(([start, end]) => start <= left.start && left.start < end)) references.add(name)
    }
  }
  new Visitor({
    TSTypeReference: ({ typeName }) => refer(typeName),
    TSTypeQuery: ({ exprName }) => refer(exprName),
    TSInterfaceHeritage: ({ expression }) => refer(expression),
    TSClassImplements: ({ expression }) => refer(expression),
    ClassDeclaration: ({ superClass }) => refer(superClass),
  }).visit(program)
  return { text: textOf(0, source.length), declarations, imports, exports }
}
