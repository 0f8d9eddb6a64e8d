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
  const withManifest = fill(argv, '{manifest}', manifestPath)
  const all = argv.some((arg) => arg.includes('{path}'))
    ? files.map(({ absolutePath }) => fillBoth(argv, manifestPath, absolutePath))
    : [withManifest]
  return all.map((each) => ({ do: 'run', argv: each, directory: folder }))
}

/** In one pass, so that a file called `{manifest}` stays a file. */
const fillBoth = (argv: Argv, manifestPath: string, path: string): Argv =>
  map(argv, (arg) => arg.replace(/\{(path|manifest)\}/g, (_, name) => (name === 'path' ? path : manifestPath)))

const fill = (argv: Argv, placeholder: string, value: string): Argv =>
  map(argv, (arg) => arg.replaceAll(placeholder, () => value))

const map = ([program, ...args]: Argv, change: (arg: string) => string): Argv => [change(program), ...args.map(change)]
