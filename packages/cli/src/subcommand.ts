/** What all subcommands have in common. */
import type { Command } from 'commander'

export const subcommand = (command: Command): Command =>
  command
    .option('--verbose', 'tell more, and where a fault comes from')
    .showHelpAfterError(`See: downlink ${command.name()} --help`)
    .exitOverride()
