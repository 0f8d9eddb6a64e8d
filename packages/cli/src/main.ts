/** The `downlink` command: its subcommands, and how each ending becomes an exit code. */
import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { demoCommand } from './commands/demo.ts'
import { exportCommand } from './commands/export.ts'
import { queryCommand } from './commands/query.ts'
import { serveCommand } from './commands/serve.ts'
import { tailCommand } from './commands/tail.ts'
import { describeFault, exitCodeOf } from './fault.ts'
import { subcommand } from './subcommand.ts'
import { runTelemetryExportTask } from './telemetry-export-task.ts'

const exitCodes = `
Exit codes:
  0  all went well
  1  something failed; the message says what, and what to do
  2  the command line is wrong
  130  ended by force, with a second Ctrl-C; an export, with the first

DEBUG=1, or --verbose, prints where a fault comes from.`

/** Runs the command and sets the exit code. Never rejects. */
export async function runCommand(args: readonly string[]): Promise<void> {
  const [name, ...rest] = args
  if (name === 'export') return runExportCommand(rest)
  ignoreClosedPipes()
  try {
    await createProgram().parseAsync(args, { from: 'user' })
  } catch (error) {
    const withStack = process.env.DEBUG !== undefined || args.includes('--verbose')
    process.stderr.write(describeFault(error, withStack))
    process.exitCode = exitCodeOf(error)
  }
}

/** It reads its flags itself: whatever is wrong with them, its last line is a summary. */
async function runExportCommand(args: readonly string[]): Promise<void> {
  process.stderr.on('error', () => {})
  const { exitCode } = await runTelemetryExportTask(args)
  await new Promise((resolve) => process.stderr.write('', resolve))
  // What a writer or a game has left running must neither hold up the build nor change what was said.
  process.exit(exitCode)
}

function createProgram(): Command {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  const program = new Command('downlink')
    .description('The flight recorder for web games: typed telemetry from the frame loop to a database and to CI.')
    .version(version)
    .addHelpText('after', exitCodes)
    .exitOverride()
  for (const command of [serveCommand(), demoCommand(), tailCommand(), queryCommand(), exportCommand(onlyListed)]) {
    program.addCommand(subcommand(command))
  }
  return program
}

/** Its help is the program's; what it does is not. */
const onlyListed = (): void => {}

/** A reader that has seen enough, such as `head`, closes our pipe; that is no fault of ours. */
function ignoreClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
  }
}
