/** Commands of the caller's own, in place of what the CI offers. No shell reads them: a name with a blank is one argument. */
import type { Argv } from '../command-runner.ts'
import type { Plan, Provider, Publication, Step } from '../plan.ts'

/**
 * A command with `{path}` runs once a file, in the manifest's order; one without runs once.
 * `{manifest}` is the manifest in any of them. Both are absolute paths.
 */
export const runCommands =
  (commands: readonly Argv[]): Provider =>
  (publication): Plan => ({
    status: 'published',
    steps: commands.flatMap((argv) => stepsOf(argv, publication)),
    notes: [],
  })

function stepsOf(argv: Argv, { files, manifestPath, folder }: Publication): Step[] {
  const isForEach = argv.some((arg) => arg.includes('{path}'))
  const paths = isForEach ? files.map(({ absolutePath }) => absolutePath) : ['']
  return paths.map((path) => ({ do: 'run', argv: filled(argv, path, manifestPath), directory: folder }))
}

/** In one pass, so that a file called `{manifest}` stays a file. */
function filled([program, ...args]: Argv, path: string, manifestPath: string): Argv {
  const fill = (arg: string): string =>
    arg.replace(/\{(path|manifest)\}/g, (_, name) => (name === 'path' ? path : manifestPath))
  return [fill(program), ...args.map(fill)]
}
