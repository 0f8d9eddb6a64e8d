/** Puts the subcommands of `downlink` together. */

import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { subcommand } from './flags.ts'
import { printText } from './output.ts'

const exitCodes = `
Exit codes:
  0  all went well
  1  something failed; the message says what, and what to do
  2  the command line is wrong
  130  ended by force, with a second Ctrl-C; an export, with the first

DEBUG=1, or --verbose, prints where a fault comes from.`

/** Some bring the collector with them, which takes longer to load than most others take to run. */
const commands: ReadonlyMap<string, () => Promise<Command>> = new Map([
  ['serve', async () => (await import('./commands/serve.ts')).serveCommand()],
  ['sink', async () => (await import('./commands/sink.ts')).sinkCommand()],
  ['demo', async () => (await import('./commands/demo.ts')).demoCommand()],
  ['tail', async () => (await import('./commands/tail.ts')).tailCommand()],
  ['query', async () => (await import('./commands/query.ts')).queryCommand()],
  ['dump', async () => (await import('./commands/dump.ts')).dumpCommand()],
  ['prune', async () => (await import('./commands/prune.ts')).pruneCommand()],
  ['forget', async () => (await import('./commands/forget.ts')).forgetCommand()],
  ['rejudge', async () => (await import('./commands/rejudge.ts')).rejudgeCommand()],
  ['backup', async () => (await import('./commands/backup.ts')).backupCommand()],
  ['restore', async () => (await import('./commands/restore.ts')).restoreCommand()],
  ['doctor', async () => (await import('./commands/doctor.ts')).doctorCommand()],
  ['verify', async () => (await import('./commands/verify.ts')).verifyCommand()],
  ['token', async () => (await import('./commands/token.ts')).tokenCommand()],
  ['export', async () => (await import('./commands/export.ts')).exportCommand(onlyListed)],
])

/** @param name the subcommand that is called; all are loaded where it is none */
export async function createProgram(name: string | undefined): Promise<Command> {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  const program = new Command('downlink')
    .description('The flight recorder for web games: typed telemetry from the frame loop to a database and to CI.')
    .version(version)
    .addHelpText('after', exitCodes)
    .configureOutput({ writeErr: printText })
    .exitOverride()
  const called = commands.get(name ?? '')
  for (const load of called ? [called] : commands.values()) program.addCommand(subcommand(await load()))
  return program
}

/** Its help is the program's; what it does is not. */
const onlyListed = (): void => {}
