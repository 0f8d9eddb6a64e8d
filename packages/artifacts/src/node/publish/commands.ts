/**
 * Reads, checks and plans commands of the caller's own, which take the place of what the CI offers: argv arrays, as
 * `TELEMETRY_CI_COMMANDS` has them. No shell reads them: a name with a blank is one argument.
 */
import { kindOf } from '@downlink/protocol'
import type { Argv } from './command-runner.ts'
import type { Plan, Publication, Step } from './provider.ts'

export type ReadCommands =
  | { readonly ok: true; readonly commands: readonly Argv[] }
  | { readonly ok: false; readonly message: string }

/**
 * @example readCommands('[["aws", "s3", "cp", "{path}", "s3://bucket/"]]')
 * @param text nothing, or blanks only, is no command
 */
export function readCommands(text: string | undefined): ReadCommands {
  if (text === undefined || text.trim() === '') return { ok: true, commands: [] }
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return { ok: false, message: 'Expected a JSON array of argv arrays, got text that is not JSON' }
  }
  const fault = commandsFault(parsed)
  return fault === undefined ? { ok: true, commands: parsed as readonly Argv[] } : { ok: false, message: fault }
}

/** What is wrong with a value that should be commands; nothing if it is sound. */
export function commandsFault(commands: unknown): string | undefined {
  if (!Array.isArray(commands)) return `Expected a JSON array of argv arrays, got ${kindOf(commands)}`
  for (const [at, argv] of commands.entries()) {
    const nth = `command ${at + 1}`
    if (typeof argv === 'string')
      return `Expected ${nth} to be an array of arguments, got text: no shell would split it`
    if (!Array.isArray(argv)) return `Expected ${nth} to be an array of arguments, got ${kindOf(argv)}`
    if (!argv.every((arg) => typeof arg === 'string')) return `Expected ${nth} to have texts only`
    if (argv.length === 0 || argv[0] === '') return `Expected ${nth} to name a program`
    if (argv.some((arg: string) => arg.includes('\0'))) return `Expected ${nth} to be without NUL`
  }
  return undefined
}

/**
 * A command with `{path}` runs once a file, in the manifest's order; one without runs once.
 * `{manifest}` is the manifest in any of them. Both are absolute paths.
 */
export const planCommands = (commands: readonly Argv[], publication: Publication): Plan => ({
  status: 'published',
  steps: commands.flatMap((argv) => stepsOf(argv, publication)),
  notes: [],
})

function stepsOf(argv: Argv, { files, manifestPath, folder }: Publication): Step[] {
  const isForEach = argv.some((arg) => arg.includes('{path}'))
  const paths = isForEach ? files.map(({ absolutePath }) => absolutePath) : ['']
  return paths.map((path) => ({ kind: 'run', argv: filled(argv, path, manifestPath), directory: folder }))
}

/** In one pass, so that a file called `{manifest}` stays a file. */
function filled([program, ...args]: Argv, path: string, manifestPath: string): Argv {
  const fill = (arg: string): string =>
    arg.replace(/\{(path|manifest)\}/g, (_, name) => (name === 'path' ? path : manifestPath))
  return [fill(program), ...args.map(fill)]
}
