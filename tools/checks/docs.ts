/** Compares the docs with the code: errors are explained, defaults stand in tables, and where to change what is there. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Visitor } from 'oxc-parser'
import { root } from '../node-tool.ts'
import { type CheckResult, resultOf } from './check.ts'
import { readSources, type SourceFile } from './sources.ts'

export async function checkDocs(): Promise<CheckResult> {
  const packages = (await readSources()).filter(({ path, isTest }) => path.startsWith('packages/') && !isTest)
  const codes = packages.flatMap(codesIn)
  const defaults = (await Promise.all(packages.map(defaultsIn))).flat()
  const [errors, rows] = [await readFile(join(root, 'docs/errors.md'), 'utf8').catch(() => ''), await tableRows()]
  const flags = new Set((await tableRows('defaults.md')).flatMap(({ names }) => names))
  const changes = await changeRows()
  const faults = [
    ...(await Promise.all(changes.map(changeFault))).flat(),
    ...codes
      .filter(({ name }) => !errors.includes(`\`${name}\``))
      .map(({ name, path }) => `docs/errors.md does not explain \`${name}\` of ${path}`),
    ...defaults
      .filter(({ name, value }) => !rows.some((row) => row.names.includes(name) && row.values.includes(String(value))))
      .map(({ name, value, path }) => `no table in docs/ gives ${value} as the default of \`${name}\` of ${path}`),
    ...packages
      .filter(({ path }) => path.endsWith('cli/src/commands/serve.ts'))
      .flatMap(flagsIn)
      .filter(({ name }) => !flags.has(name))
      .map(({ name, path }) => `no table in docs/defaults.md has the flag \`${name}\` of ${path}`),
  ]
  return {
    ...resultOf(faults),
    note: `${codes.length} error codes, ${defaults.length} defaults, ${changes.length} changes`,
  }
}

interface Documented {
  readonly path: string
  readonly name: string
}

/** The members of each `…Code` type and each `…Codes` list, as they are written in the source. */
function codesIn({ path, program }: SourceFile): Documented[] {
  const found = new Set<string>()
  let inCodes = false
  const leave = (): void => {
    inCodes = false
  }
  new Visitor({
    TSTypeAliasDeclaration: ({ id }) => {
      inCodes = id.name.endsWith('Code')
    },
    'TSTypeAliasDeclaration:exit': leave,
    VariableDeclarator: ({ id }) => {
      inCodes = id.type === 'Identifier' && id.name.endsWith('Codes')
    },
    'VariableDeclarator:exit': leave,
    Literal: ({ value }) => {
      if (inCodes && typeof value === 'string') found.add(value)
    },
  }).visit(program)
  return [...found].map((name) => ({ path, name }))
}

/** The entries of each exported `…Defaults`, as the built module has them. */
async function defaultsIn({ path, workspace, program }: SourceFile): Promise<(Documented & { value: unknown })[]> {
  const names: string[] = []
  new Visitor({
    ExportNamedDeclaration: ({ declaration }) => {
      if (declaration?.type !== 'VariableDeclaration') return
      for (const { id } of declaration.declarations) {
        if (id.type === 'Identifier' && id.name.endsWith('Defaults')) names.push(id.name)
      }
    },
  }).visit(program)
  if (names.length === 0) return []
  const built = path.replace(`${workspace}/src/`, `${workspace}/dist/`).replace(/\.tsx?$/, '.js')
  const module = await import(pathToFileURL(join(root, built)).href)
  return names.flatMap((name) => Object.entries(module[name]).map(([key, value]) => ({ path, name: key, value })))
}

/** The flags of a command, as it declares them: `--port <number>`. */
function flagsIn({ path, program }: SourceFile): Documented[] {
  const found: Documented[] = []
  new Visitor({
    Literal({ value }) {
      const [, name] = (typeof value === 'string' && /^(--[a-z-]+)( <.+>)?$/.exec(value)) || []
      if (name !== undefined) found.push({ path, name })
    },
  }).visit(program)
  return found
}

interface Row {
  /** In backticks. */
  readonly names: readonly string[]
  /** Words and numbers, without thousands separators and backticks. */
  readonly values: readonly string[]
}

async function tableRows(page = '.md'): Promise<Row[]> {
  const files = (await readdir(join(root, 'docs'), { recursive: true })).filter((file) => file.endsWith(page))
  const texts = await Promise.all(files.map((file) => readFile(join(root, 'docs', file), 'utf8')))
  const lines = texts.join('\n').split('\n')
  return lines.filter((line) => line.startsWith('|')).map(readRow)
}

function readRow(line: string): Row {
  const names = [...line.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)
  const values = line.replace(/(\d)[,_ {2}](?=\d{3})/g, '$1').split(/[\s|`'"]+/)
  return { names, values }
}

interface ChangeRow {
  readonly path: string
  readonly name: string
}

/** The rows of *Where do I change…*, whose last two cells are a file and a name in it. */
async function changeRows(): Promise<ChangeRow[]> {
  const [, section = ''] = (await readFile(join(root, 'docs/architecture.md'), 'utf8')).split('## Where do I change…')
  const [table = ''] = section.split('\n## ')
  return [...table.matchAll(/^\|.*\| `([^`]+)` \| `([^`]+)` \|$/gm)].map(([, path = '', name = '']) => ({ path, name }))
}

async function changeFault({ path, name }: ChangeRow): Promise<string[]> {
  const text = await readFile(join(root, path), 'utf8').catch(() => undefined)
  if (text === undefined) return [`docs/architecture.md sends to ${path}, which is not there`]
  return new RegExp(`\\b${name}\\b`).test(text)
    ? []
    : [`docs/architecture.md sends to \`${name}\` of ${path}, which has none`]
}
