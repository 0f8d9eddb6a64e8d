/** Reads the workspaces' TypeScript, each file with what it imports. */
import { readdir, readFile } from 'node:fs/promises'
import { join, posix, sep } from 'node:path'
import { type Program, parseSync, Visitor } from 'oxc-parser'
import { root } from '../node-tool.ts'

export interface SourceFile {
  /** From the root, with `/`: `packages/client/src/clock.ts`. */
  readonly path: string
  /** The workspace it belongs to: `packages/client`. */
  readonly workspace: string
  /** Tests, fakes and configuration: not part of what the package is. */
  readonly isTest: boolean
  /** Specifiers as written; type-only, dynamic and re-exported ones too. */
  readonly imports: readonly string[]
  /** Has an `export * from`. */
  readonly exportsAll: boolean
  readonly program: Program
}

/** All `.ts` and `.tsx` files of `packages/` and `games/`. */
export async function readSources(): Promise<SourceFile[]> {
  const files: SourceFile[] = []
  for (const parent of ['packages', 'games']) {
    for (const name of await readdir(join(root, parent))) files.push(...(await readWorkspace(posix.join(parent, name))))
  }
  return files
}

async function readWorkspace(workspace: string): Promise<SourceFile[]> {
  const entries = await readdir(join(root, workspace), { recursive: true })
  const paths = entries.map((entry) => entry.split(sep).join('/'))
  const sources = paths.filter((path) => /\.tsx?$/.test(path) && !/(^|\/)(node_modules|dist)\//.test(path))
  return Promise.all(sources.map((path) => readSource(workspace, path)))
}

async function readSource(workspace: string, path: string): Promise<SourceFile> {
  const { program } = parseSync(path, await readFile(join(root, workspace, path), 'utf8'))
  const imports: string[] = []
  let exportsAll = false
  const note = (source: { readonly type: string; readonly value?: unknown } | null): void => {
    if (typeof source?.value === 'string') imports.push(source.value)
  }
  new Visitor({
    ImportDeclaration: ({ source }) => note(source),
    ImportExpression: ({ source }) => note(source),
    TSImportType: ({ source }) => note(source),
    ExportNamedDeclaration: ({ source }) => note(source),
    ExportAllDeclaration: ({ source }) => {
      exportsAll = true
      note(source)
    },
  }).visit(program)
  const isTest = !path.startsWith('src/') || /\.test(-d)?\.tsx?$|test-doubles\.tsx?$/.test(path)
  return { path: posix.join(workspace, path), workspace, isTest, imports, exportsAll, program }
}
