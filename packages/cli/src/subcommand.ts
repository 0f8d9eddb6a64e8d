/** What all subcommands have in common. */
import type { Command } from 'commander'
import { processSafeText } from './output.ts'

export const subcommand = (command: Command): Command =>
  command
    .option('--verbose', 'tell more, and where a fault comes from')
    .showHelpAfterError(`See: downlink ${command.name()} --help`)
    .configureOutput({ writeErr: (text) => void process.stderr.write(processSafeText()(text)) })
    .exitOverride()
