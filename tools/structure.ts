/**
 * Prints, as `jiti tools/structure.ts [workspace…]`, how the sources are laid out, for who wants to see where it gets hard to
 * read: small files, long functions, and the files that an event passes in client and collector, and an artifact on its
 * way to the disk. It judges nothing.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Visitor } from 'oxc-parser'
import { readSources, type SourceFile } from './checks/sources.ts'
import { filesFromPushToSend } from './client-path.ts'
import { filesFromSocketToDatabase } from './collector-path.ts'
import { filesFromExportToDisk } from './export-path.ts'
import { root } from './node-tool.ts'
import type { Path } from './passed-files.ts'

/** A file below it has to be opened for little. */
const smallLines = 40
/** A function above it holds more than one thing. */
const longLines = 80
/** Of each workspace, or as many as are long. */
const shownFunctions = 5

interface Measured {
  readonly workspace: string
  readonly path: string
  readonly lines: number
  /** The longest first. */
  readonly functions: readonly { readonly at: string; readonly lines: number }[]
}

async function measure({ workspace, path, program }: SourceFile): Promise<Measured> {
  const text = await readFile(join(root, path), 'utf8')
  const lineOf = (offset: number): number => text.slice(0, offset).split('\n').length
  const functions: { readonly at: string; readonly lines: number }[] = []
  const note = ({ start, end }: { readonly start: number; readonly end: number }): void => {
    const first = lineOf(start)
    functions.push({ at: `${path}:${first}`, lines: lineOf(end) - first + 1 })
  }
  new Visitor({ FunctionDeclaration: note, FunctionExpression: note, ArrowFunctionExpression: note }).visit(program)
  functions.sort((one, other) => other.lines - one.lines)
  return { workspace, path, lines: text.trimEnd().split('\n').length, functions }
}

function print(name: string, files: readonly Measured[]): void {
  const small = files.filter(({ lines }) => lines < smallLines).length
  const functions = files.flatMap((file) => file.functions).sort((one, other) => other.lines - one.lines)
  const long = functions.filter(({ lines }) => lines > longLines).length
  const share = `${Math.round((small / files.length) * 100)} %`
  console.log(
    `${name}: ${files.length} files, ${small} under ${smallLines} lines (${share}), ${long} functions over ${longLines}`,
  )
  for (const { at, lines } of functions.slice(0, Math.max(shownFunctions, long)))
    console.log(`  ${String(lines).padStart(4)}  ${at}`)
}

function printPath(name: string, { passed, beside = [] }: Partial<Path> & Pick<Path, 'passed'>): void {
  console.log(`${name} ${passed.length} files:\n  ${passed.join('\n  ')}`)
  for (const file of beside) console.log(`  (beside: ${file})`)
}

const wanted = process.argv.slice(2)
const sources = (await readSources()).filter(({ isTest }) => !isTest)
const measured = await Promise.all(sources.map(measure))
const workspaces = [...new Set(measured.map(({ workspace }) => workspace))].sort()
for (const workspace of workspaces.filter((name) => wanted.length === 0 || wanted.includes(name))) {
  print(
    workspace,
    measured.filter((file) => file.workspace === workspace),
  )
}
if (wanted.length === 0) print('all', measured)
printPath('from push to send, an event passes', await filesFromPushToSend())
printPath('from the socket to the database, an event is handed on by', { passed: await filesFromSocketToDatabase() })
printPath('from exportInspectorSummary to the disk, an artifact passes', await filesFromExportToDisk())
