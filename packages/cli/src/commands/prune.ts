/** Runs `downlink prune`, which deletes what is older than a time, through the collector that has it. */
import process from 'node:process'
import { Command } from 'commander'
import { duration } from '../flags.ts'
import { printJson, printLines } from '../output.ts'
import { type AdminFlags, withAdmin, withAdminFlags } from '../read-flags.ts'
import { createStatusLine } from '../status-line.ts'

interface PruneFlags extends AdminFlags {
  /** Seconds. */
  readonly olderThan: number
  readonly dryRun?: true
  readonly json?: true
}

interface Pruned {
  readonly events: number
  readonly rejected: number
}

const notes = `
Age is when the collector received an event, never a device's clock. Sessions stay, and the counts of their ledgers:
what is deleted stands there as expired. The space is used again by what comes; the file does not get smaller.
A collector that is started with serve --keep 30d does it by itself.

Examples:
  downlink prune --older-than 30d --dry-run      counts what would be deleted
  downlink prune --older-than 30d
  downlink prune --older-than 12h --url https://telemetry.example --token T
  downlink prune --older-than 30d --data ./.downlink`

const tenYearsS = 315_360_000

export function pruneCommand(): Command {
  return withAdminFlags(new Command('prune').description('delete the events that are older than a time'))
    .requiredOption('--older-than <time>', 'such as 30d or 12h', duration(0, tenYearsS))
    .option('--dry-run', 'only count what would be deleted')
    .option('--json', 'what was deleted as one line of JSON')
    .addHelpText('after', notes)
    .action(prune)
}

async function prune(flags: PruneFlags): Promise<void> {
  const status = createStatusLine(process.stderr)
  const { olderThan, dryRun = false } = flags
  const pruned = await withAdmin(flags, (collector) =>
    collector.change<Pruned & { readonly share: number }, Pruned>(
      'POST',
      `api/prune?olderThanMs=${olderThan * 1000}&dryRun=${dryRun}`,
      ({ share, events }) => status.show(`deleting: ${Math.floor(share * 100)} %, ${count(events, 'event')}`),
    ),
  ).finally(status.clear)
  if (flags.json) return printJson([{ ...pruned, dryRun }])
  const amount = `${count(pruned.events, 'event')} and ${count(pruned.rejected, 'rejected event')}`
  printLines([dryRun ? `It would delete ${amount}. Nothing was changed.` : `Deleted ${amount}.`])
}

const count = (amount: number, one: string): string => `${amount.toLocaleString('en')} ${one}${amount === 1 ? '' : 's'}`
