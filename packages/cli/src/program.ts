/** Puts the subcommands of `downlink` together. */

import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { backupCommand } from './commands/backup.ts'
import { demoCommand } from './commands/demo.ts'
import { doctorCommand } from './commands/doctor.ts'
import { dumpCommand } from './commands/dump.ts'
import { exportCommand } from './commands/export.ts'
import { forgetCommand } from './commands/forget.ts'
import { pruneCommand } from './commands/prune.ts'
import { queryCommand } from './commands/query.ts'
import { restoreCommand } from './commands/restore.ts'
import { serveCommand } from './commands/serve.ts'
import { tailCommand } from './commands/tail.ts'
import { tokenCommand } from './commands/token.ts'
import { verifyCommand } from './commands/verify.ts'
import { subcommand } from './flags.ts'
import { printText } from './output.ts'

const exitCodes = `
Exit codes:
  0  all went well
  1  something failed; the message says what, and what to do
  2  the command line is wrong
  130  ended by force, with a second Ctrl-C; an export, with the first

DEBUG=1, or --verbose, prints where a fault comes from.`

export function createProgram(): Command {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  const program = new Command('downlink')
    .description('The flight recorder for web games: typed telemetry from the frame loop to a database and to CI.')
    .version(version)
    .addHelpText('after', exitCodes)
    .configureOutput({ writeErr: printText })
    .exitOverride()
  for (const command of [
    serveCommand(),
    demoCommand(),
    tailCommand(),
    queryCommand(),
    dumpCommand(),
    pruneCommand(),
    forgetCommand(),
    backupCommand(),
    restoreCommand(),
    doctorCommand(),
    verifyCommand(),
    tokenCommand(),
    exportCommand(onlyListed),
  ]) {
    program.addCommand(subcommand(command))
  }
  return program
}

/** Its help is the program's; what it does is not. */
const onlyListed = (): void => {}
