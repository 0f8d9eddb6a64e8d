/**
 * Prints, as `jiti tools/structure.ts [workspace…]`, how the sources are laid out, for who wants to see where it gets hard to
 * read: small files, long functions, and the files that an event passes in client and
 * collector. It judges nothing.
 */
import { readFile } from 'node:fs/promises'
import { Session } from 'node:inspector/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { Visitor } from 'oxc-parser'
import { readSources, type SourceFile } from './checks/sources.ts'
import { filesFromSocketToDatabase } from './collector-path.ts'
import { root } from './node-tool.ts'

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

/** The built files whose code runs from `push` until the socket has the event, in the order of their names. */
async function filesFromPushToSend(): Promise<string[]> {
  const built = join(root, 'packages/client/dist/index.js')
  const { createTelemetry } = await import(pathToFileURL(built).href)
  let run: (() => void) | undefined
  const sent: string[] = []
  const socket = {
    bufferedAmount: 0,
    onopen: null,
    onclose: null,
    onerror: null,
    onmessage: (_: { readonly data: string }): void => {},
    send: (text: string) => sent.push(text),
    close: () => {},
  }
  const telemetry = createTelemetry({
    enabled: true,
    url: 'ws://127.0.0.1/telemetry',
    environment: {
      createSocket: () => socket,
      setTimer(next: () => void) {
        run = next
        return () => {}
      },
      wallMs: () => 0,
      monotonicMs: () => 0,
      development: undefined,
    },
  })
  telemetry.start()
  run?.()
  socket.onmessage({
    data: JSON.stringify({
      t: 'welcome',
      ack: 0,
      window: 9,
      maxBatchBytes: 9e9,
      totals: { dropped: {}, rejected: {} },
    }),
  })
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false })
  telemetry.push('tick', { n: 1 })
  run?.()
  const { result } = await session.post('Profiler.takePreciseCoverage')
  session.disconnect()
  if (sent.length === 0) throw new Error('Expected the event to be sent, and nothing was')
  return result
    .filter(({ url, functions }) => url.includes('/dist/') && functions.some(({ ranges }) => ranges[0]?.count))
    .map(({ url }) => fileURLToPath(url).slice(root.length).replaceAll('\\', '/'))
    .sort()
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
const passed = await filesFromPushToSend()
console.log(`from push to send, an event passes ${passed.length} files:\n  ${passed.join('\n  ')}`)
const handed = await filesFromSocketToDatabase()
console.log(
  `from the socket to the database, an event is handed on by ${handed.length} files:\n  ${handed.join('\n  ')}`,
)
